"""which service the words of orders asked for, and the runs learned from them, as keyed hashes"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("service", _TEXT(), nullable=False),
        sa.Column("by", _TEXT(), nullable=False),
        sa.Column("corrected_at", _TIME(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"]),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_table(
        "taught_runs",
        sa.Column("run_print", _TEXT(), nullable=False),
        sa.Column("service", _TEXT(), nullable=False),
        sa.Column("by", _TEXT(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("taught_at", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("run_print", "service", "by"),
    )
    op.create_index("ix_taught_runs_taught_at", "taught_runs", ["taught_at"])


def downgrade() -> None:
    op.drop_table("taught_runs")
    op.drop_table("corrections")
