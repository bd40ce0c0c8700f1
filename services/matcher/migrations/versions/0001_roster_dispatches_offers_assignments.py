"""roster, dispatches, offers, assignments"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispatches",
        sa.Column("order_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("intake_version", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("served_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("community", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("grid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("urgency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("window_from", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("window_to", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("holder_role", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("holder_area", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("holder_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("desk_area", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tier", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("next_step", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("traceparent", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("placed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.create_index(
            "dispatches_desk",
            ["holder_area", "due_at"],
            unique=False,
            sqlite_where=sa.text("holder_role = 'coordinator'"),
            postgresql_where=sa.text("holder_role = 'coordinator'"),
        )
        batch_op.create_index(
            "dispatches_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('placed', 'offered', 'assigned', 'under_way', 'escalated')"),
            postgresql_where=sa.text("state IN ('placed', 'offered', 'assigned', 'under_way', 'escalated')"),
        )

    op.create_table(
        "inbox",
        sa.Column("durable", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("heard_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("durable", "event_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("about", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("time", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("traceparent", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("event_id"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_about"), ["about"], unique=False)
        batch_op.create_index(
            "outbox_unsent",
            ["position"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "posts",
        sa.Column("post_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("skill", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("area", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("post_id"),
    )
    op.create_table(
        "rosters",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("imported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("imported_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("area", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "volunteers",
        sa.Column("volunteer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("served_minutes", sa.Integer(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("volunteer_id"),
        sa.UniqueConstraint("phone_fingerprint"),
    )
    op.create_table(
        "claims",
        sa.Column("post_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("volunteer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("vetted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.post_id"],
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"],
            ["volunteers.volunteer_id"],
        ),
        sa.PrimaryKeyConstraint("post_id", "volunteer_id"),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_volunteer_id"), ["volunteer_id"], unique=False)

    op.create_table(
        "legs",
        sa.Column("leg_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("order_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("post", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("after", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hand_backs", sa.Integer(), nullable=False),
        sa.Column("waves", sa.Integer(), nullable=False),
        sa.Column("resolved_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["dispatches.order_id"],
        ),
        sa.PrimaryKeyConstraint("leg_id"),
    )
    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legs_order_id"), ["order_id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("assignment_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("leg_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("order_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("volunteer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("window_from", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("window_to", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("assigned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["leg_id"],
            ["legs.leg_id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["dispatches.order_id"],
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"],
            ["volunteers.volunteer_id"],
        ),
        sa.PrimaryKeyConstraint("assignment_id"),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(
            "assignments_held",
            ["volunteer_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('assigned', 'under_way')"),
            postgresql_where=sa.text("state IN ('assigned', 'under_way')"),
        )
        batch_op.create_index("assignments_of_volunteer", ["volunteer_id", "assignment_id"], unique=False)
        batch_op.create_index(
            "assignments_place",
            ["leg_id", "place"],
            unique=True,
            sqlite_where=sa.text("state IN ('assigned', 'under_way')"),
            postgresql_where=sa.text("state IN ('assigned', 'under_way')"),
        )
        batch_op.create_index(batch_op.f("ix_assignments_order_id"), ["order_id"], unique=False)

    op.create_table(
        "waves",
        sa.Column("wave_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("leg_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leg_id"],
            ["legs.leg_id"],
        ),
        sa.PrimaryKeyConstraint("wave_id"),
        sa.UniqueConstraint("leg_id", "number"),
    )
    op.create_table(
        "offers",
        sa.Column("offer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("leg_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("order_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("wave_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("volunteer_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["leg_id"],
            ["legs.leg_id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["dispatches.order_id"],
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"],
            ["volunteers.volunteer_id"],
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["waves.wave_id"],
        ),
        sa.PrimaryKeyConstraint("offer_id"),
        sa.UniqueConstraint("leg_id", "volunteer_id"),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offers_order_id"), ["order_id"], unique=False)
        batch_op.create_index(
            "offers_expiring",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            "offers_of_volunteer",
            ["volunteer_id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index(
            "offers_of_volunteer", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(
            "offers_expiring", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_offers_order_id"))

    op.drop_table("offers")
    op.drop_table("waves")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignments_order_id"))
        batch_op.drop_index(
            "assignments_place",
            sqlite_where=sa.text("state IN ('assigned', 'under_way')"),
            postgresql_where=sa.text("state IN ('assigned', 'under_way')"),
        )
        batch_op.drop_index("assignments_of_volunteer")
        batch_op.drop_index(
            "assignments_held",
            sqlite_where=sa.text("state IN ('assigned', 'under_way')"),
            postgresql_where=sa.text("state IN ('assigned', 'under_way')"),
        )

    op.drop_table("assignments")
    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legs_order_id"))

    op.drop_table("legs")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claims_volunteer_id"))

    op.drop_table("claims")
    op.drop_table("volunteers")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_expires_at"))

    op.drop_table("sessions")
    op.drop_table("rosters")
    op.drop_table("posts")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "outbox_unsent", sqlite_where=sa.text("sent_at IS NULL"), postgresql_where=sa.text("sent_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_outbox_about"))

    op.drop_table("outbox")
    op.drop_table("inbox")
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.drop_index(
            "dispatches_due",
            sqlite_where=sa.text("state IN ('placed', 'offered', 'assigned', 'under_way', 'escalated')"),
            postgresql_where=sa.text("state IN ('placed', 'offered', 'assigned', 'under_way', 'escalated')"),
        )
        batch_op.drop_index(
            "dispatches_desk",
            sqlite_where=sa.text("holder_role = 'coordinator'"),
            postgresql_where=sa.text("holder_role = 'coordinator'"),
        )

    op.drop_table("dispatches")
