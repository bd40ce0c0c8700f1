"""public cards, addresses of calendars, certificates of hours, and thanks"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def _of_a_volunteer() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["volunteer_id"], ["volunteers.volunteer_id"])


def upgrade() -> None:
    op.create_table(
        "public_cards",
        sa.Column("volunteer_id", _TEXT(), nullable=False),
        sa.Column("card_id", _TEXT(), nullable=False),
        sa.Column("community", _TEXT(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shown_at", _TIME(), nullable=False),
        _of_a_volunteer(),
        sa.PrimaryKeyConstraint("volunteer_id"),
        sa.UniqueConstraint("card_id"),
    )
    op.create_index(op.f("ix_public_cards_community"), "public_cards", ["community"], unique=False)
    op.create_table(
        "calendar_feeds",
        sa.Column("volunteer_id", _TEXT(), nullable=False),
        sa.Column("feed_id", _TEXT(), nullable=False),
        sa.Column("language", _TEXT(), nullable=False),
        sa.Column("made_at", _TIME(), nullable=False),
        _of_a_volunteer(),
        sa.PrimaryKeyConstraint("volunteer_id"),
        sa.UniqueConstraint("feed_id"),
    )
    op.create_table(
        "certificates",
        sa.Column("certificate_id", _TEXT(), nullable=False),
        sa.Column("number", _TEXT(), nullable=False),
        sa.Column("volunteer_id", _TEXT(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("served", _TEXT(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        _of_a_volunteer(),
        sa.PrimaryKeyConstraint("certificate_id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_certificates_volunteer_id"), "certificates", ["volunteer_id"], unique=False)
    op.add_column("assignments", sa.Column("thanked_at", _TIME(), nullable=True))


def downgrade() -> None:
    op.drop_column("assignments", "thanked_at")
    for table in ("certificates", "calendar_feeds", "public_cards"):
        op.drop_table(table)
