"""calls, visits, closings that wait for a yes, and codes by which an order is found again"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
