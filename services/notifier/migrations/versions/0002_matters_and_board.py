"""what the public board counts"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matters",
        sa.Column("order_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("community", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("grid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("area", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("placed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("first_offered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("first_assigned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("taken_minutes", sa.Integer(), nullable=True),
        sa.Column("done_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("done_minutes", sa.Integer(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("content", sa.Boolean(), nullable=True),
        sa.Column("tiers", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("dones", sa.Integer(), nullable=False),
        sa.Column("verdicts", sa.Integer(), nullable=False),
        sa.Column("merged_into", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("order_id"),
    )
    with op.batch_alter_table("matters", schema=None) as batch_op:
        batch_op.create_index("matters_board", ["area", "service", "placed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_matters_placed_at"), ["placed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_matters_merged_into"), ["merged_into"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("matters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_matters_merged_into"))
        batch_op.drop_index(batch_op.f("ix_matters_placed_at"))
        batch_op.drop_index("matters_board")

    op.drop_table("matters")
