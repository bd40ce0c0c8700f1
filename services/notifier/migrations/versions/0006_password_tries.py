"""how often passwords of operators were tried"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "password_tries",
        sa.Column("print", _TEXT(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", _TIME(), nullable=False),
        sa.Column("wait_until", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("print"),
    )
    op.create_index("ix_password_tries_last_at", "password_tries", ["last_at"])


def downgrade() -> None:
    op.drop_table("password_tries")
