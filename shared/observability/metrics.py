"""The numbers a service counts. Labels are bounded: route templates and event names, never ids or paths."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began tells nobody anything

GROUP_SIZE = Histogram(
    "paidan_group_commit_commands",
    "Commands per committed list",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
TRANSACTION_SECONDS = Histogram(
    "paidan_transaction_seconds",
    "Time of a committed list, its tries included",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
FACTS_HEARD = Counter(
    "paidan_facts_heard",
    "Messages taken from a stream, by what became of them",
    ("durable", "event", "result"),
)
FACTS_PUBLISHED = Counter("paidan_facts_published", "Events the relay published", ("event",))
DELIVERIES = Counter("paidan_deliveries", "Attempts to bring notices, by what became of them", ("channel", "result"))
SENDING_SECONDS = Histogram(
    "paidan_sending_seconds",
    "Time until the other side of a channel answered, or did not",
    ("channel",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
CHANNEL_LEFT_ALONE = Gauge("paidan_channel_left_alone", "1 while a channel that failed is left alone", ("channel",))
DEAD_LETTERS_KEPT = Gauge(
    "paidan_dead_letters", "Messages that could not be heard, by what became of them since", ("service", "state")
)
OUTBOX_WAITING = Gauge("paidan_outbox_waiting", "Events committed and not yet published")
OUTBOX_AGAIN = Gauge("paidan_outbox_again", "Events of a lost stream still to be published again, at most")
HTTP_REQUESTS = Counter("paidan_http_requests", "Answered requests", ("method", "route", "status"))
HTTP_SECONDS = Histogram("paidan_http_seconds", "Time to answer", ("method", "route"))
FLOODS_REFUSED = Counter("paidan_floods_refused", "Requests turned away unserved, by the limit", ("limit",))
AUDIT_ALERTS = Counter("paidan_audit_alerts", "Times somebody did more of one thing than is usual", ("rule",))
BUILD = Info("paidan_build", "Which release runs, and which service it is")
NEW_WORK = Gauge("paidan_new_work_admitted", "1 while new work is taken, 0 while the disk or the backlog forbids it")
NEW_WORK_REFUSED = Counter("paidan_new_work_refused", "New work that was refused, by the limit", ("limit",))
DISK_FREE = Gauge("paidan_disk_free_bytes", "Room left for the database; +Inf where it is not known")
DISK_FULL_SECONDS = Gauge(
    "paidan_disk_full_seconds", "Until that room is used up, by the last hours; +Inf while it does not shrink"
)
