"""how people want to be reached, notices of time, what an order waits for, and when a delivery may leave"""

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
    op.create_table(
        "preferences",
        sa.Column("recipient_role", _TEXT(), nullable=False),
        sa.Column("recipient_id", _TEXT(), nullable=False),
        sa.Column("wishes", _TEXT(), nullable=False),
        sa.Column("addresses", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("recipient_role", "recipient_id"),
    )
    op.create_table(
        "planned_notices",
        sa.Column("planned_id", _TEXT(), nullable=False),
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("kind", _TEXT(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recipient_role", _TEXT(), nullable=False),
        sa.Column("recipient_id", _TEXT(), nullable=False),
        sa.Column("assignment_id", _TEXT(), nullable=True),
        sa.Column("due_at", _TIME(), nullable=False),
        sa.Column("wait", _TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"]),
        sa.PrimaryKeyConstraint("planned_id"),
        sa.UniqueConstraint("order_id", "kind", "version", "recipient_role", "recipient_id"),
    )
    op.create_index("planned_notices_due", "planned_notices", ["wait", "due_at"])
    op.create_table(
        "rounds",
        sa.Column("name", _TEXT(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column("orders", sa.Column("holder_role", _TEXT(), nullable=True))
    op.add_column("orders", sa.Column("holder_area", _TEXT(), nullable=True))
    op.add_column("orders", sa.Column("next_step", _TEXT(), nullable=True))
    op.add_column("orders", sa.Column("due_at", _TIME(), nullable=True))
    op.add_column("orders", sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    held = sa.text("holder_role = 'coordinator' AND NOT ended AND next_step IN ('decide', 'complete', 'call')")
    op.create_index("orders_held", "orders", ["holder_area"], sqlite_where=held, postgresql_where=held)
    open_ = sa.text("NOT ended")
    op.create_index("orders_due", "orders", ["due_at"], sqlite_where=open_, postgresql_where=open_)
    op.add_column("notices", sa.Column("amount", sa.Integer(), nullable=True))
    op.add_column("notices", sa.Column("late", sa.Integer(), nullable=True))
    op.add_column("notices", sa.Column("traceparent", _TEXT(), nullable=False, server_default=sa.text("''")))
    op.add_column("deliveries", sa.Column("not_before", _TIME(), nullable=True))
    op.add_column("deliveries", sa.Column("message_id", _TEXT(), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "message_id")
    op.drop_column("deliveries", "not_before")
    op.drop_column("notices", "traceparent")
    op.drop_column("notices", "late")
    op.drop_column("notices", "amount")
    op.drop_index("orders_due", "orders")
    op.drop_index("orders_held", "orders")
    for column in ("ended", "due_at", "next_step", "holder_area", "holder_role"):
        op.drop_column("orders", column)
    op.drop_table("rounds")
    op.drop_index("planned_notices_due", "planned_notices")
    op.drop_table("planned_notices")
    op.drop_table("preferences")
