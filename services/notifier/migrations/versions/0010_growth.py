"""indexes that keep what people look at as fast with a million orders as with a thousand"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("notices_by_time", "notices", ["made_at"])
    op.create_index("deliveries_delivered", "deliveries", ["delivered_at", "channel"])


def downgrade() -> None:
    op.drop_index("deliveries_delivered", "deliveries")
    op.drop_index("notices_by_time", "notices")
