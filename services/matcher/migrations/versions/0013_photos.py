"""photos of a report"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime
_UNREPORTED = sa.text("reported_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("photo_id", _TEXT(), nullable=False),
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("assignment_id", _TEXT(), nullable=False),
        sa.Column("upload_print", _TEXT(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", _TIME(), nullable=False),
        sa.Column("reported_at", _TIME(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["dispatches.order_id"]),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.assignment_id"]),
        sa.PrimaryKeyConstraint("photo_id"),
    )
    op.create_index(op.f("ix_photos_order_id"), "photos", ["order_id"], unique=False)
    op.create_index("photos_sent", "photos", ["assignment_id", "upload_print"], unique=True)
    op.create_index(
        "photos_unreported", "photos", ["kept_at"], unique=False, sqlite_where=_UNREPORTED, postgresql_where=_UNREPORTED
    )


def downgrade() -> None:
    op.drop_table("photos")
