"""indexes by which the console's views stay as fast however long the index of events becomes"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OLD = {"events": ("name", "community", "about", "time"), "matters": ("placed_at",)}
_NEW = {
    "events_by_name": ("events", ["name", "position"]),
    "events_by_community": ("events", ["community", "position"]),
    "events_by_about": ("events", ["about", "position"]),
    "events_by_time": ("events", ["time", "name", "position"]),
    "matters_by_time": ("matters", ["placed_at", "taken_minutes", "done_minutes", "tiers"]),
    "matters_closed": ("matters", ["closed_at", "outcome"]),
}


def upgrade() -> None:
    for table, columns in _OLD.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}", table)
    for name, (table, columns) in _NEW.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in _NEW.items():
        op.drop_index(name, table)
    for table, columns in _OLD.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
