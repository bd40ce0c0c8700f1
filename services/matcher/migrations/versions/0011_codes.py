"""one-time codes that were asked for"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "codes",
        sa.Column("claim_hash", _TEXT(), nullable=False),
        sa.Column("phone_print", _TEXT(), nullable=False),
        sa.Column("address_print", _TEXT(), nullable=False),
        sa.Column("code_print", _TEXT(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", _TIME(), nullable=False),
        sa.Column("used_at", _TIME(), nullable=True),
        sa.PrimaryKeyConstraint("claim_hash"),
    )
    op.create_index(op.f("ix_codes_phone_print"), "codes", ["phone_print"], unique=False)
    op.create_index(op.f("ix_codes_asked_at"), "codes", ["asked_at"], unique=False)


def downgrade() -> None:
    op.drop_table("codes")
