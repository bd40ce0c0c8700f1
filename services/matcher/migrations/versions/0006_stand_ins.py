"""coordinators who stand in for others, and how often legs and orders go back and forth"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "stand_ins",
        sa.Column("stand_in_id", _TEXT(), nullable=False),
        sa.Column("area", _TEXT(), nullable=False),
        sa.Column("coordinator_id", _TEXT(), nullable=False),
        sa.Column("starts_at", _TIME(), nullable=False),
        sa.Column("ends_at", _TIME(), nullable=False),
        sa.Column("set_by", _TEXT(), nullable=False),
        sa.Column("ended_at", _TIME(), nullable=True),
        sa.PrimaryKeyConstraint("stand_in_id"),
    )
    where = sa.text("ended_at IS NULL")
    op.create_index(
        "stand_ins_running", "stand_ins", ["coordinator_id", "ends_at"], sqlite_where=where, postgresql_where=where
    )
    op.add_column("assignments", sa.Column("reason", _TEXT(), nullable=True))
    op.add_column("dispatches", sa.Column("climbs", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("dispatches", sa.Column("returns", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("dispatches", "returns")
    op.drop_column("dispatches", "climbs")
    op.drop_column("assignments", "reason")
    op.drop_table("stand_ins")
