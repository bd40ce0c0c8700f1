"""who holds a coordinator's office"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "incumbents",
        sa.Column("coordinator_id", _TEXT(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_fingerprint", _TEXT(), nullable=False),
        sa.Column("seated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("coordinator_id"),
    )
    op.create_index(op.f("ix_incumbents_phone_fingerprint"), "incumbents", ["phone_fingerprint"], unique=False)


def downgrade() -> None:
    op.drop_table("incumbents")
