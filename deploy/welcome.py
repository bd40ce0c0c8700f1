"""What ``paidan up`` says when all is ready: the pages, how to sign in, and one line for programs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from deploy.attached import county_coordinator
from deploy.demonstration import Demonstration
from shared.contracts.services import CONSOLE, SERVICES
from shared.contracts.words import Role
from shared.identity.tokens import Caller

OPS_SUBJECT = "ops"

_PEOPLE: Mapping[str, str] = {
    "intake": "residents",
    "matcher": "volunteers, coordinators",
    "notifier": "everybody: the board",
    CONSOLE: "ops",
}


def welcome(addresses: Mapping[str, str], data: Path, demonstration: Demonstration, *, with_roster: bool) -> list[str]:
    """The lines, the last one starting ``paidan ready``. Example subjects exist in the demonstration county."""
    return [
        "",
        "open these pages:",
        *(f"  {people:<26}{addresses[service]}/" for service, people in _PEOPLE.items()),
        *_phones(demonstration, with_roster=with_roster),
        "anybody signs in with a signed token as well, printed by one of:",
        *(f"  {_command(caller, data)}" for caller in _callers(demonstration, with_roster=with_roster)),
        "Ctrl-C stops all of it.",
        "",
        ready_line(addresses),
    ]


def _phones(demonstration: Demonstration, *, with_roster: bool) -> list[str]:
    """Whom to sign in as by phone."""
    volunteer, offices = demonstration.volunteer, {one.coordinator_id: one for one in demonstration.incumbents}
    if volunteer is None or not with_roster:
        return []
    office = offices.get(demonstration.community.coordinator_of(volunteer.home).coordinator_id)
    people = [f"  volunteer    {volunteer.phone}", *([f"  coordinator  {office.phone}"] if office else [])]
    return ["sign in by phone, the code stands in notices.jsonl; for example as:", *people]


def ready_line(addresses: Mapping[str, str]) -> str:
    """The line a program waits for: ``paidan ready intake=… matcher=… notifier=… nats=…``."""
    return " ".join(["paidan ready", *(f"{name}={addresses[name]}" for name in (*SERVICES, "nats"))])


def _callers(demonstration: Demonstration, *, with_roster: bool) -> list[Caller]:
    community, volunteer = demonstration.community, demonstration.volunteer
    callers = [county_coordinator(community), Caller(Role.OPS, OPS_SUBJECT)]
    if volunteer is None or not with_roster:
        return callers
    area = community.areas.coordinator_area(volunteer.home)
    near = Caller(Role.COORDINATOR, community.ladder.by_area[area].coordinator_id, area)
    return [Caller(Role.VOLUNTEER, volunteer.volunteer_id), near, *callers]


def _command(caller: Caller, data: Path) -> str:
    area = f" --area {caller.area}" if caller.area else ""
    return f"paidan token --role {caller.role} --subject {caller.subject}{area} --data {shlex.quote(str(data))}"
