"""errands at a counter, and notes that stay with whoever wrote them"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referrals", sa.Column("errand", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("assignments", sa.Column("confidential_note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("assignments", "confidential_note")
    op.drop_column("referrals", "errand")
