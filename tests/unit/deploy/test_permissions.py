"""Who may say what on the broker, read from the map of flows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.permissions import OPERATOR, SYSTEM, USERS, Permissions, permissions_of
from shared.contracts.flows import KEEPS_DEAD_LETTERS, SERVICES, durables_of, stream_of
from shared.contracts.requests import REQUESTS
from shared.contracts.services import CONSOLE

ROOT = Path(__file__).parents[3]
DOORS = {"CodeDoor": "CodeToSend"}
"""What services share that asks in their name."""
GENERAL = {"Request"}
"""The class of all requests; a kind of its own between (``HearAgain``) is named where it is asked."""


def test_the_matcher_may_publish_exactly_this() -> None:
    """Its facts, its dead letters, a look at its own stream, the use of its durable on intake's; and what it asks."""
    expected = (
        "matcher.*.*.*.*",
        "dead.matcher.>",
        "$JS.API.STREAM.INFO.MATCHER",
        "$JS.API.CONSUMER.INFO.INTAKE.matcher_from_intake",
        "$JS.API.CONSUMER.MSG.NEXT.INTAKE.matcher_from_intake",
        "$JS.ACK.INTAKE.matcher_from_intake.>",
    )
    publish = permissions_of("matcher").publish
    assert expected == tuple(subject for subject in publish if not subject.startswith("rpc."))


def test_only_the_keeper_of_dead_letters_has_them_heard_again() -> None:
    """To be asked that is to hear a fact past the stream: no other service may ask it."""
    able = {user for user in USERS for subject in permissions_of(user).publish if subject.endswith("hear_again")}
    assert {KEEPS_DEAD_LETTERS} == able


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_its_own_inbox_and_requests_only(service: str) -> None:
    """Facts reach a service through its durables; nothing else may be listened to."""
    asked = {request.subject() for request in REQUESTS if request.service == service}
    assert {f"_INBOX_{service}.>"} | asked == set(permissions_of(service).subscribe)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_ask_what_its_code_asks(service: str) -> None:
    """``asked_by`` names a service where its sources name the request, and nowhere else."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "services" / service).rglob("*.py")]
    named = {name for text in texts for name in re.findall(r"\b[A-Z]\w+\b", text)}
    named |= {request for door, request in DOORS.items() if door in named}
    others = [request for request in REQUESTS if request.service != service]
    asked = {request.subject() for request in others if named & {one.__name__ for one in request.mro()[:2]} - GENERAL}
    assert asked == {request.subject() for request in others if service in request.asked_by}


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


def test_only_the_notifier_and_the_console_look_at_streams_they_do_not_use() -> None:
    """They show them; the others have no need."""
    readers = {user: [s for s in permissions_of(user).publish if "STREAM.INFO" in s] for user in SERVICES}
    everything = [f"$JS.API.STREAM.INFO.{stream}" for stream in ("NOTIFIER", "INTAKE", "MATCHER", "DEAD")]
    assert {"intake": 1, "matcher": 1, "notifier": 4} == {user: len(read) for user, read in readers.items()}
    assert everything == readers["notifier"]


def test_the_console_looks_how_streams_stand_and_nothing_else() -> None:
    """It reads no message, answers nobody, and changes nothing."""
    console = permissions_of(CONSOLE)
    words = {subject.split(".")[2] + "." + subject.split(".")[3] for subject in console.publish}
    assert ({"STREAM.INFO", "CONSUMER.LIST"}, ("_INBOX_console.>",), False) == (
        words,
        console.subscribe,
        console.answers,
    )


def test_who_may_look_at_servers_sees_no_stream() -> None:
    """The system's user sees who is connected and has the list of users read again; it is in another account."""
    assert ("$SYS.REQ.SERVER.PING.CONNZ", "$SYS.REQ.SERVER.*.RELOAD") == permissions_of(SYSTEM).publish
    assert ("_INBOX_system.>",) == permissions_of(SYSTEM).subscribe


def test_the_documentation_names_each_permission() -> None:
    """docs/broker.md has every subject a user may publish or hear, and the code that needs it."""
    text = (ROOT / "docs" / "broker.md").read_text(encoding="utf-8")
    owners = {"intake", "matcher", "notifier", "console"}
    rules = {subject for user in (*USERS, SYSTEM) for subject in _kinds(permissions_of(user), user, owners)}
    assert set() == {rule for rule in rules if f"`{rule}`" not in text}


def _kinds(allowed: Permissions, user: str, services: set[str]) -> Iterator[str]:
    """Subjects as the table writes them: a service's own name is ``<own>``, streams and durables have no names."""
    for subject in (*allowed.publish, *allowed.subscribe):
        if user not in services:
            yield subject
            continue
        named = re.sub(r"^rpc\.[a-z]+\.[a-z_]+$", "rpc.<service>.<name>", subject)
        named = re.sub(rf"^(dead\.|_INBOX_)?{user}\.", r"\1<own>.", named)
        named = re.sub(rf"\.[A-Z]+\.{user}_from_[a-z]+", ".<stream>.<durable>", named)
        yield re.sub(r"(STREAM\.INFO|CONSUMER\.LIST)\.[A-Z]+$", r"\1.<stream>", named)
