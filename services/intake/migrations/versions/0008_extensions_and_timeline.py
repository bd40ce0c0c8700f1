"""more time that was asked for, and a timeline that names departments"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column("orders", sa.Column("overdue_since", _TIME(), nullable=True))
    op.create_table(
        "extensions",
        sa.Column("order_id", _TEXT(), sa.ForeignKey("orders.order_id"), nullable=False),
        sa.Column("extension_id", _TEXT(), nullable=False),
        sa.Column("until", _TIME(), nullable=False),
        sa.Column("asked_at", _TIME(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_at", _TIME(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("extended_at", _TIME(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", "extension_id"),
    )
    op.add_column("timeline", sa.Column("holder_id", _TEXT(), nullable=True))
    op.add_column("timeline", sa.Column("detail", _TEXT(), nullable=True))
    op.add_column("legs", sa.Column("errand", _TEXT(), nullable=True))


def downgrade() -> None:
    op.drop_column("legs", "errand")
    op.drop_column("timeline", "detail")
    op.drop_column("timeline", "holder_id")
    op.drop_table("extensions")
    op.drop_column("orders", "overdue_since")
