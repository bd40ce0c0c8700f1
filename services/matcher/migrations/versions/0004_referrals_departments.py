"""referrals, legs of departments"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column("legs", sa.Column("department", _TEXT(), nullable=True))
    op.create_table(
        "referrals",
        sa.Column("referral_id", _TEXT(), nullable=False),
        sa.Column("leg_id", _TEXT(), sa.ForeignKey("legs.leg_id"), nullable=False),
        sa.Column("order_id", _TEXT(), sa.ForeignKey("dispatches.order_id"), nullable=False),
        sa.Column("department", _TEXT(), nullable=False),
        sa.Column("by", _TEXT(), nullable=False),
        sa.Column("area", _TEXT(), nullable=False),
        sa.Column("at", _TIME(), nullable=False),
        sa.Column("due_at", _TIME(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", _TIME(), nullable=True),
        sa.Column("ending", _TEXT(), nullable=True),
        sa.Column("reason", _TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("referral_id"),
    )
    op.create_index("ix_referrals_order_id", "referrals", ["order_id"])
    where = sa.text("ended_at IS NULL")
    op.create_index("referrals_open", "referrals", ["department", "due_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("referrals")
    op.drop_column("legs", "department")
