"""dangers, and volunteers who leave"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime
_GONE = sa.text("left_at IS NOT NULL OR suspended_at IS NOT NULL")


_UNANSWERED = sa.text("answered_at IS NULL")


def upgrade() -> None:
    _incidents()
    op.add_column("volunteers", sa.Column("left_at", _TIME(), nullable=True))
    op.add_column("volunteers", sa.Column("suspended_at", _TIME(), nullable=True))
    op.add_column("volunteers", sa.Column("suspended_by", _TEXT(), nullable=True))
    op.add_column("volunteers", sa.Column("suspended_for", sa.LargeBinary(), nullable=True))
    op.create_index("volunteers_gone", "volunteers", ["volunteer_id"], sqlite_where=_GONE, postgresql_where=_GONE)


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("incident_id", _TEXT(), nullable=False),
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("leg_id", _TEXT(), nullable=True),
        sa.Column("by", _TEXT(), nullable=False),
        sa.Column("by_id", _TEXT(), nullable=True),
        sa.Column("kind", _TEXT(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("area", _TEXT(), nullable=False),
        sa.Column("due_at", _TIME(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("reported_at", _TIME(), nullable=False),
        sa.Column("answered_at", _TIME(), nullable=True),
        sa.Column("answered_by", _TEXT(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["dispatches.order_id"]),
        sa.PrimaryKeyConstraint("incident_id"),
    )
    op.create_index(op.f("ix_incidents_order_id"), "incidents", ["order_id"], unique=False)
    for name, columns in (("incidents_due", ["due_at"]), ("incidents_before", ["area", "due_at"])):
        op.create_index(name, "incidents", columns, sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED)


def downgrade() -> None:
    op.drop_table("incidents")
    op.drop_index("volunteers_gone", "volunteers")
    for column in ("suspended_for", "suspended_by", "suspended_at", "left_at"):
        op.drop_column("volunteers", column)
