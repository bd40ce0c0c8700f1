"""JetStream's streams and durable pull consumers, declared once, here, by the operator's user.

Services may not create or change them: they subscribe with ``declare=False`` and pull from what is here.
"""

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from shared.contracts.flows import SERVICES, durables_of, stream_of, subjects_heard

DEAD_STREAM = "DEAD"
KEPT_SECONDS = 90 * 24 * 3600
DEDUPLICATION_SECONDS = 600
ACK_WAIT_SECONDS = 5
"""What a process had taken when it died is given to the next one after so long. Handlers take milliseconds; where a
database makes them wait longer, the inbox guards against what is given twice.
"""
MAX_ACK_PENDING = 2048


def stream_configs(replicas: int = 1) -> tuple[StreamConfig, ...]:
    """A stream for each publisher, and one for dead letters, each on so many nodes; durables have as many."""
    # Five tokens, as every event has (contracts/envelope.py). A filter slows down so much over a subject of hundreds
    # that a few of them in a stream would hold up whoever hears it.
    subjects = {stream_of(service): f"{service}.*.*.*.*" for service in SERVICES} | {DEAD_STREAM: "dead.>"}
    return tuple(
        StreamConfig(
            name=name,
            subjects=[subject],
            storage=StorageType.FILE,
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.OLD,
            max_age=KEPT_SECONDS,
            duplicate_window=DEDUPLICATION_SECONDS,
            allow_direct=True,
            allow_atomic=True,
            num_replicas=replicas,
        )
        for name, subject in subjects.items()
    )


def consumer_configs() -> tuple[tuple[str, ConsumerConfig], ...]:
    """``(stream, consumer)`` for every durable of flows.py."""
    return tuple(
        (
            stream_of(publisher),
            ConsumerConfig(
                durable_name=durable,
                filter_subjects=list(subjects_heard(service, publisher)),
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT_SECONDS,
                max_deliver=-1,
                max_ack_pending=MAX_ACK_PENDING,
            ),
        )
        for service in SERVICES
        for durable, publisher in durables_of(service)
    )


async def declare(js: JetStreamContext, replicas: int = 1) -> None:
    """Create what is missing and bring what exists up to this declaration. Safe to run at any time.

    ``replicas``: on how many nodes of a cluster each stream lies, 1 to 5, at most as many as there are nodes.
    """
    for stream in stream_configs(replicas):
        try:
            await js.update_stream(stream)
        except NotFoundError:
            await js.add_stream(stream)
    for name, consumer in consumer_configs():
        await js.add_consumer(name, consumer)
