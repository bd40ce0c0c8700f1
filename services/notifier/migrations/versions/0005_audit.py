"""the audit, chained and append-only"""

from shared.persistence.audit_schema import create_audit, drop_audit

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_audit()


def downgrade() -> None:
    drop_audit()
