"""legs taken in person, more time, and how long an order is late"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column("dispatches", sa.Column("overdue_since", _TIME(), nullable=True))
    op.create_table(
        "extensions",
        sa.Column("extension_id", _TEXT(), nullable=False),
        sa.Column("leg_id", _TEXT(), sa.ForeignKey("legs.leg_id"), nullable=False),
        sa.Column("order_id", _TEXT(), sa.ForeignKey("dispatches.order_id"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("by", _TEXT(), nullable=False),
        sa.Column("until", _TIME(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", _TIME(), nullable=False),
        sa.Column("answered_at", _TIME(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("by_word", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", _TIME(), nullable=True),
        sa.PrimaryKeyConstraint("extension_id"),
    )
    op.create_index("ix_extensions_order_id", "extensions", ["order_id"])


def downgrade() -> None:
    op.drop_table("extensions")
    op.drop_column("dispatches", "overdue_since")
