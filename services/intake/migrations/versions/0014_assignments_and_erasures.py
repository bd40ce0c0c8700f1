"""who serves an order; what of it is forgotten; who was erased"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime
_ENDED = sa.text("closed_at IS NOT NULL AND (forgotten < 2 OR NOT matcher_forgot)")


def upgrade() -> None:
    op.create_table(
        "assignments",
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("assignment_id", _TEXT(), nullable=False),
        sa.Column("leg_id", _TEXT(), nullable=False),
        sa.Column("volunteer_id", _TEXT(), nullable=False),
        sa.Column("ended_at", _TIME(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"]),
        sa.PrimaryKeyConstraint("order_id", "assignment_id"),
    )
    op.create_table(
        "erasures",
        sa.Column("subject", _TEXT(), nullable=False),
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("erased_at", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.add_column("orders", sa.Column("forgotten", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("matcher_forgot", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("orders_to_forget", "orders", ["closed_at"], sqlite_where=_ENDED, postgresql_where=_ENDED)


def downgrade() -> None:
    op.drop_index("orders_to_forget", table_name="orders")
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("matcher_forgot")
        orders.drop_column("forgotten")
    op.drop_table("erasures")
    op.drop_table("assignments")
