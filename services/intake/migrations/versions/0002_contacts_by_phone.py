"""contacts by phone, the newest order first"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_phone_print"))
        batch_op.create_index("contacts_by_phone", ["phone_print", "order_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index("contacts_by_phone")
        batch_op.create_index(batch_op.f("ix_contacts_phone_print"), ["phone_print"], unique=False)
