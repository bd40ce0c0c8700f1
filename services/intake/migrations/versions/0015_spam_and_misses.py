"""orders that are looked at first; what was seen lately, as keyed hashes; who looked for what is not there"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column("orders", sa.Column("look_first", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("orders", sa.Column("turned_away", _TEXT(), nullable=True))
    op.create_table(
        "sightings",
        sa.Column("print", _TEXT(), nullable=False),
        sa.Column("order_id", _TEXT(), nullable=False),
        sa.Column("seen_at", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("print", "order_id"),
    )
    op.create_index("ix_sightings_seen_at", "sightings", ["seen_at"])
    op.add_column("assignments", sa.Column("started_at", _TIME(), nullable=True))
    op.add_column("assignments", sa.Column("handed_back_at", _TIME(), nullable=True))
    op.create_index("assignments_handed_back", "assignments", ["volunteer_id", "handed_back_at"])
    op.create_table(
        "misses",
        sa.Column("address_print", _TEXT(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", _TIME(), nullable=False),
        sa.Column("wait_until", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("address_print"),
    )


def downgrade() -> None:
    op.drop_table("misses")
    op.drop_index("assignments_handed_back", table_name="assignments")
    with op.batch_alter_table("assignments") as assignments:
        assignments.drop_column("handed_back_at")
        assignments.drop_column("started_at")
    op.drop_table("sightings")
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("turned_away")
        orders.drop_column("look_first")
