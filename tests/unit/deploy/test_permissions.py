"""Who may say what on the broker, read from the map of flows."""

from __future__ import annotations

import pytest

from deploy.permissions import OPERATOR, USERS, permissions_of
from shared.contracts.flows import KEEPS_DEAD_LETTERS, SERVICES, durables_of, stream_of


def test_the_matcher_may_publish_exactly_this() -> None:
    """Its facts, its dead letters, a look at its own stream, what it may ask, the use of its durable on intake's."""
    expected = (
        "matcher.>",
        "dead.matcher.>",
        "$JS.API.STREAM.INFO.MATCHER",
        "rpc.intake.parties",
        "rpc.notifier.code",
        "$JS.API.CONSUMER.INFO.INTAKE.matcher_from_intake",
        "$JS.API.CONSUMER.MSG.NEXT.INTAKE.matcher_from_intake",
        "$JS.ACK.INTAKE.matcher_from_intake.>",
    )
    assert expected == permissions_of("matcher").publish


def test_only_the_keeper_of_dead_letters_has_them_heard_again() -> None:
    """To be asked that is to hear a fact past the stream: no other service may ask it."""
    able = {user for user in USERS for subject in permissions_of(user).publish if subject.endswith("hear_again")}
    assert {KEEPS_DEAD_LETTERS} == able


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_its_own_inbox_and_requests_only(service: str) -> None:
    """Facts reach a service through its durables; nothing else may be listened to."""
    assert (f"_INBOX_{service}.>", f"rpc.{service}.>") == permissions_of(service).subscribe


@pytest.mark.parametrize("service", SERVICES)
def test_every_durable_of_a_service_can_be_used_and_no_other(service: str) -> None:
    """A durable added to flows.py is permitted in the same moment, to its own service alone."""
    own = {f"{stream_of(publisher)}.{durable}" for durable, publisher in durables_of(service)}
    prefix = "$JS.API.CONSUMER.MSG.NEXT."
    permitted = {
        subject.removeprefix(prefix) for subject in permissions_of(service).publish if subject.startswith(prefix)
    }
    assert own == permitted


def test_only_the_operator_changes_streams() -> None:
    """No service may publish on what creates, changes, purges or deletes a stream or a consumer."""
    able = [user for user in USERS if "$JS.API.>" in permissions_of(user).publish]
    words = ("CREATE", "UPDATE", "DELETE", "PURGE", "DURABLE")
    slips = [
        subject for user in SERVICES for subject in permissions_of(user).publish if any(w in subject for w in words)
    ]
    assert ([OPERATOR], []) == (able, slips)


def test_only_the_notifier_looks_at_streams_it_does_not_use() -> None:
    """The ops page lists them; the others have no need."""
    readers = [user for user in SERVICES if "$JS.API.STREAM.INFO.*" in permissions_of(user).publish]
    assert ["notifier"] == readers
