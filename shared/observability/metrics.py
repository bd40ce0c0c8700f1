"""The numbers a service counts. Labels are bounded: route templates and event names, never ids or paths."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

GROUP_SIZE = Histogram(
    "paidan_group_commit_commands",
    "Commands per committed list",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
FACTS_HEARD = Counter(
    "paidan_facts_heard",
    "Messages taken from a stream, by what became of them",
    ("durable", "event", "result"),
)
FACTS_PUBLISHED = Counter("paidan_facts_published", "Events the relay published", ("event",))
DELIVERIES = Counter("paidan_deliveries", "Attempts to bring notices, by what became of them", ("channel", "result"))
OUTBOX_WAITING = Gauge("paidan_outbox_waiting", "Events committed and not yet published")
OUTBOX_AGAIN = Gauge("paidan_outbox_again", "Events of a lost stream still to be published again, at most")
HTTP_REQUESTS = Counter("paidan_http_requests", "Answered requests", ("method", "route", "status"))
HTTP_SECONDS = Histogram("paidan_http_seconds", "Time to answer", ("method", "route"))
