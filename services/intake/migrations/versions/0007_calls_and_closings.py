"""calls, visits, and closings that wait for a yes"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime
_OPEN = sa.text("ended_at IS NULL")
_REMINDING = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remind_at", _TIME(), nullable=True))
        batch_op.add_column(sa.Column("reminded", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("closing_id", _TEXT(), nullable=True))
    # who waits for a review already is reminded before the order may close without one
    op.execute(sa.text("UPDATE orders SET remind_at = changed_at WHERE state = 'done'"))
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.alter_column("reminded", server_default=None)
        batch_op.create_index(
            "orders_remind", ["remind_at"], unique=False, sqlite_where=_REMINDING, postgresql_where=_REMINDING
        )
    with op.batch_alter_table("legs", schema=None) as batch_op:  # a round that runs again has its departments again
        batch_op.add_column(sa.Column("department", _TEXT(), nullable=True))
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_by", _TEXT(), nullable=True))
    _calls()
    op.create_table(
        "closings",
        sa.Column("closing_id", _TEXT(), nullable=False),
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("proposed_by", _TEXT(), nullable=False),
        sa.Column("proposed_at", _TIME(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("recorded_by", _TEXT(), nullable=True),
        sa.Column("answered_at", _TIME(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"]),
        sa.PrimaryKeyConstraint("closing_id"),
    )
    op.create_index(op.f("ix_closings_order_id"), "closings", ["order_id"], unique=False)
    op.create_table(
        "servers",
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("subject", _TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"]),
        sa.PrimaryKeyConstraint("order_id", "subject"),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("call_id", _TEXT(), nullable=False),
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("purpose", _TEXT(), nullable=False),
        sa.Column("kind", _TEXT(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("about", _TEXT(), nullable=True),
        sa.Column("area", _TEXT(), nullable=False),
        sa.Column("opened_at", _TIME(), nullable=False),
        sa.Column("due_at", _TIME(), nullable=False),
        sa.Column("caller", _TEXT(), nullable=True),
        sa.Column("result", _TEXT(), nullable=True),
        sa.Column("ended_at", _TIME(), nullable=True),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"]),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index(op.f("ix_calls_order_id"), "calls", ["order_id"], unique=False)
    for name, columns in (("calls_open", ["area", "due_at"]), ("calls_due", ["due_at"])):
        op.create_index(name, "calls", columns, unique=False, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    for table in ("servers", "closings", "calls"):
        op.drop_table(table)
    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.drop_column("department")
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_column("recorded_by")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("orders_remind")
        batch_op.drop_column("closing_id")
        batch_op.drop_column("reminded")
        batch_op.drop_column("remind_at")
