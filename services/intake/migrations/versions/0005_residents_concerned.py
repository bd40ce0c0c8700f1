"""others who are concerned, and orders that were merged"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "residents",
        sa.Column("resident_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("order_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("part", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_print", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("joined_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("window_from", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("window_to", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("sealed_comment", sa.LargeBinary(), nullable=True),
        sa.Column("verdict_round", sa.Integer(), nullable=True),
        sa.Column("verdict_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"]),
        sa.PrimaryKeyConstraint("resident_id"),
    )
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_residents_order_id"), ["order_id"], unique=False)
        batch_op.create_index("residents_by_phone", ["phone_print", "order_id"], unique=False)
    with op.batch_alter_table("proposed_times", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_party", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("proposed_times", schema=None) as batch_op:
        batch_op.alter_column("by_party", server_default=None)
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("merged_into", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.create_foreign_key("orders_merged_into", "orders", ["merged_into"], ["order_id"])
        batch_op.create_index("orders_of_service", ["service", "placed_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("orders_of_service")
        batch_op.drop_constraint("orders_merged_into", type_="foreignkey")
        batch_op.drop_column("merged_into")
        batch_op.drop_column("owner_left_at")
    with op.batch_alter_table("proposed_times", schema=None) as batch_op:
        batch_op.drop_column("by_party")
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.drop_index("residents_by_phone")
        batch_op.drop_index(batch_op.f("ix_residents_order_id"))
    op.drop_table("residents")
