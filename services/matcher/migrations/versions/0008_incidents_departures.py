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


def upgrade() -> None:
    op.add_column("volunteers", sa.Column("left_at", _TIME(), nullable=True))
    op.add_column("volunteers", sa.Column("suspended_at", _TIME(), nullable=True))
    op.add_column("volunteers", sa.Column("suspended_by", _TEXT(), nullable=True))
    op.add_column("volunteers", sa.Column("suspended_for", sa.LargeBinary(), nullable=True))
    op.create_index("volunteers_gone", "volunteers", ["volunteer_id"], sqlite_where=_GONE, postgresql_where=_GONE)


def downgrade() -> None:
    op.drop_index("volunteers_gone", "volunteers")
    for column in ("suspended_for", "suspended_by", "suspended_at", "left_at"):
        op.drop_column("volunteers", column)
