"""indexes that keep what people look at as fast with a million orders as with a thousand"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('placed', 'offered', 'assigned', 'under_way', 'escalated', 'done')")


def upgrade() -> None:
    op.create_index("orders_open", "orders", ["service", "grid"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("orders_ended", "orders", ["closed_at", "outcome", "grid"])
    op.create_index("orders_of_service", "orders", ["service", "placed_at"], if_not_exists=True)


def downgrade() -> None:
    op.drop_index("orders_ended", "orders")
    op.drop_index("orders_open", "orders")
