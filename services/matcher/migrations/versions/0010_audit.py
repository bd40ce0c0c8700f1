"""the audit, chained and append-only"""

from shared.persistence.audit_schema import create_audit, drop_audit

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_audit()


def downgrade() -> None:
    drop_audit()
