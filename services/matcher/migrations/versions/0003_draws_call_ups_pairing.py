"""draws, call-ups, standby, habits, what blocks a leg"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime

_INDEXES = (
    ("dispatches_unpaired", "dispatches", ["community", "grid"], "state IN ('placed', 'offered')"),
    ("dispatches_parties", "dispatches", ["order_id"], "NOT parties_known"),
    ("legs_asking", "legs", ["ask_at"], "ask_at IS NOT NULL"),
    ("legs_drawing", "legs", ["draw_ends_at"], "draw_ends_at IS NOT NULL"),
)


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    # Columns are added one by one, never by copying: SQLite would check every row that refers to the old table.
    for column in (
        sa.Column("continued", _TEXT(), server_default="", nullable=False),
        sa.Column("parties", sa.LargeBinary(), nullable=True),
        sa.Column("parties_known", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("desk_due_at", _TIME(), nullable=True),
    ):
        op.add_column("dispatches", column)
    op.execute("UPDATE dispatches SET desk_due_at = due_at WHERE state = 'escalated'")
    for column in (
        sa.Column("ask_at", _TIME(), nullable=True),
        sa.Column("draw_ends_at", _TIME(), nullable=True),
        sa.Column("looked_at", _TIME(), nullable=True),
        sa.Column("eligible", sa.Integer(), server_default="0", nullable=False),
        sa.Column("blocked", _TEXT(), nullable=True),
        sa.Column("blocked_by", _TEXT(), nullable=True),
        sa.Column("blocked_part", sa.Integer(), nullable=True),
    ):
        op.add_column("legs", column)
    for name, table, columns, condition in _INDEXES:
        _index(name, table, columns, condition)
    op.drop_index("offers_of_volunteer", table_name="offers")
    with op.batch_alter_table("offers") as offers:  # nothing refers to an offer: it may be copied
        offers.alter_column("wave_id", existing_type=_TEXT(), nullable=True)
        offers.add_column(sa.Column("source", _TEXT(), server_default="wave", nullable=False))
        offers.add_column(sa.Column("unit", _TEXT(), nullable=True))
        offers.add_column(sa.Column("cost", sa.Float(), server_default="0", nullable=False))
        offers.add_column(sa.Column("parts", _TEXT(), server_default="{}", nullable=False))
        offers.add_column(sa.Column("eligible", sa.Integer(), server_default="0", nullable=False))
        offers.add_column(sa.Column("part", sa.Integer(), server_default="0", nullable=False))
        offers.add_column(sa.Column("counter_from", _TIME(), nullable=True))
        offers.add_column(sa.Column("counter_to", _TIME(), nullable=True))
    _index("offers_of_volunteer", "offers", ["volunteer_id"], "state IN ('open', 'drawing')")
    _add_tables()


def _add_tables() -> None:
    op.create_table(
        "call_ups",
        sa.Column("call_up_id", _TEXT(), nullable=False),
        sa.Column("leg_id", _TEXT(), sa.ForeignKey("legs.leg_id"), nullable=False),
        sa.Column("order_id", _TEXT(), sa.ForeignKey("dispatches.order_id"), nullable=False),
        sa.Column("unit_id", _TEXT(), nullable=False),
        sa.Column("secretary_id", _TEXT(), nullable=False),
        sa.Column("state", _TEXT(), nullable=False),
        sa.Column("made_at", _TIME(), nullable=False),
        sa.Column("expires_at", _TIME(), nullable=False),
        sa.Column("ended_at", _TIME(), nullable=True),
        sa.Column("by", _TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("call_up_id"),
        sa.UniqueConstraint("leg_id", "unit_id"),
    )
    op.create_index("ix_call_ups_order_id", "call_ups", ["order_id"])
    _index("call_ups_expiring", "call_ups", ["expires_at"], "state = 'open'")
    _index("call_ups_of_secretary", "call_ups", ["secretary_id"], "state = 'open'")
    op.create_table(
        "exclusions",
        sa.Column("order_id", _TEXT(), sa.ForeignKey("dispatches.order_id"), nullable=False),
        sa.Column("volunteer_id", _TEXT(), sa.ForeignKey("volunteers.volunteer_id"), nullable=False),
        sa.Column("by", _TEXT(), nullable=False),
        sa.Column("at", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "volunteer_id"),
    )
    op.create_table(
        "habits",
        sa.Column("volunteer_id", _TEXT(), sa.ForeignKey("volunteers.volunteer_id"), nullable=False),
        sa.Column("urgency", _TEXT(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("volunteer_id", "urgency", "part"),
    )


def downgrade() -> None:
    for table in ("habits", "exclusions", "call_ups"):
        op.drop_table(table)
    for name, table, _columns, _condition in _INDEXES:
        op.drop_index(name, table_name=table)
    op.drop_index("offers_of_volunteer", table_name="offers")
    op.execute("DELETE FROM offers WHERE wave_id IS NULL OR state IN ('drawing', 'standby', 'countered')")
    with op.batch_alter_table("offers") as offers:
        for column in ("counter_to", "counter_from", "part", "eligible", "parts", "cost", "unit", "source"):
            offers.drop_column(column)
        offers.alter_column("wave_id", existing_type=_TEXT(), nullable=False)
    _index("offers_of_volunteer", "offers", ["volunteer_id"], "state = 'open'")
    for column in ("blocked_part", "blocked_by", "blocked", "eligible", "looked_at", "draw_ends_at", "ask_at"):
        op.drop_column("legs", column)
    for column in ("desk_due_at", "parties_known", "parties", "continued"):
        op.drop_column("dispatches", column)
