"""The audit's table as every service's migration makes it, with the triggers that keep it append-only.

A later migration that rebuilds the table on SQLite (Alembic's batch mode) loses its triggers: it calls
``refuse_changes`` again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

_TEXTS = ("role", "actor", "area", "what", "order_id", "subject", "field", "reason", "verdict")

_SQLITE = (
    """CREATE TRIGGER audit_not_updated BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit
        WHEN NOT EXISTS (SELECT 1 FROM audit WHERE what = 'dropped' AND up_to >= OLD.sequence)
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    # INSERT OR REPLACE takes a row away without the delete trigger
    """CREATE TRIGGER audit_not_replaced BEFORE INSERT ON audit
        WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
)

# the table is named by the trigger: a restore moves both to another schema
_POSTGRESQL = (
    """CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE may_go boolean := false;
        BEGIN
          IF TG_OP = 'DELETE' THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.%I WHERE what = ''dropped'' AND up_to >= $1)',
                           TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO may_go USING OLD.sequence;
          END IF;
          IF may_go THEN RETURN OLD; END IF;
          RAISE EXCEPTION 'the audit is append-only';
        END $$""",
    """CREATE TRIGGER audit_not_changed BEFORE UPDATE OR DELETE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_is_kept()""",
    """CREATE TRIGGER audit_not_truncated BEFORE TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()""",
)


def create_audit() -> None:
    """The table, what a search goes by, and the triggers."""
    op.create_table(
        "audit",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        *(sa.Column(name, AutoString(), nullable=False) for name in _TEXTS),
        sa.Column("up_to", sa.BigInteger(), nullable=True),
        sa.Column("previous", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("audit_actor", "audit", ["actor", "sequence"])
    op.create_index("audit_order", "audit", ["order_id", "sequence"])
    op.create_index("audit_what", "audit", ["what", "sequence"])
    op.create_index("audit_at", "audit", ["at"])
    refuse_changes()


def refuse_changes() -> None:
    """Have the database refuse to change or take out a row."""
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def drop_audit() -> None:
    """Take the table back, with its triggers."""
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_kept()")
