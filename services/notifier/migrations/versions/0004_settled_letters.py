"""what became of dead letters"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="dead")
        )
        batch_op.add_column(sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("settled_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("because", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.create_index("dead_letters_state", ["state", "position"], unique=False)
    op.create_table(
        "letter_acts",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dead_letter_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("act", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("result", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["dead_letter_id"], ["dead_letters.dead_letter_id"]),
        sa.PrimaryKeyConstraint("position"),
    )
    with op.batch_alter_table("letter_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_acts_dead_letter_id"), ["dead_letter_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("letter_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_acts_dead_letter_id"))
    op.drop_table("letter_acts")
    with op.batch_alter_table("dead_letters", schema=None) as batch_op:
        batch_op.drop_index("dead_letters_state")
        batch_op.drop_column("because")
        batch_op.drop_column("settled_by")
        batch_op.drop_column("settled_at")
        batch_op.drop_column("state")
