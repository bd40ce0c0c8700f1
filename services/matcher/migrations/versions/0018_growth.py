"""indexes that keep what people look at as fast with a million orders as with a thousand"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OPEN = "state IN ('placed', 'offered', 'assigned', 'under_way', 'escalated', 'done')"
_WHOLE = (
    ("offers_made", "offers", ["volunteer_id", "made_at"]),
    ("dispatches_by_time", "dispatches", ["placed_at", "grid", "service", "community", "climbs", "returns"]),
    ("incidents_answered", "incidents", ["answered_at", "incident_id"]),
)
_PARTIAL = (
    ("assignments_served", "assignments", ["volunteer_id", "ended_at"], "state = 'completed'"),
    ("assignments_returned", "assignments", ["order_id"], "state = 'handed_back'"),
    ("dispatches_open", "dispatches", ["grid", "service"], _OPEN),
    ("legs_blocked", "legs", ["looked_at"], "blocked_by IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns in _WHOLE:
        op.create_index(name, table, columns)
    for name, table, columns, rows in _PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))


def downgrade() -> None:
    for name, table, *_ in (*_PARTIAL, *_WHOLE):
        op.drop_index(name, table)
