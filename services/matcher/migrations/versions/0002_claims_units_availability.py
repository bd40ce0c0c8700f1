"""claims, units, availability"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns are added one by one, never by copying: SQLite would not drop a table that other rows refer to.
    op.add_column("rosters", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    for column in (
        sa.Column("daily_offers", sa.Integer(), server_default="3", nullable=False),
        sa.Column("urgent_at_work", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("asked_today", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("volunteers", column)
    op.create_index("ix_volunteers_revision", "volunteers", ["revision"], unique=False)
    op.add_column("posts", sa.Column("idle_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_table(
        "units",
        sa.Column("unit_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_zh", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("located_in", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("paired_with", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("secretary_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("imported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["secretary_id"],
            ["volunteers.volunteer_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id"),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), server_default="held", nullable=False)
        )
        batch_op.add_column(sa.Column("claimed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.execute("UPDATE claims SET claimed_at = (SELECT min(imported_at) FROM rosters)")
    op.execute(
        "UPDATE volunteers SET asked = (SELECT count(*) FROM offers"
        " WHERE offers.volunteer_id = volunteers.volunteer_id AND offers.state = 'open')"
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:  # nothing refers to a claim: it may be copied
        batch_op.alter_column("claimed_at", existing_type=sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False)
    # Those who were there before belong to a directory made later than this.
    op.execute("UPDATE rosters SET revision = 1")
    op.execute("UPDATE volunteers SET revision = 1")


def downgrade() -> None:
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_column("claimed_at")
        batch_op.drop_column("state")
    op.drop_table("units")
    op.drop_column("posts", "idle_since")
    op.drop_index("ix_volunteers_revision", table_name="volunteers")
    for column in ("revision", "asked_today", "asked_on", "asked", "urgent_at_work", "daily_offers"):
        op.drop_column("volunteers", column)
    op.drop_column("rosters", "revision")
