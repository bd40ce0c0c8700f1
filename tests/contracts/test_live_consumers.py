"""The map of flows.py is what the services really subscribe to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.intake.app import Intake
from services.intake.settings import IntakeSettings
from services.matcher.app import Matcher
from services.matcher.settings import MatcherSettings
from services.notifier.app import Notifier
from services.notifier.settings import NotifierSettings
from shared.contracts.flows import HEARS, SERVICES, durables_of
from shared.contracts.requests import REQUESTS
from shared.identity.keys import create_keys
from tests.contracts.published import ROOT

WIRED = {
    "intake": (Intake, IntakeSettings),
    "matcher": (Matcher, MatcherSettings),
    "notifier": (Notifier, NotifierSettings),
}


def make_broker(service: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A service's broker with everything it subscribes to, connected to nothing."""
    monkeypatch.chdir(ROOT)
    create_keys(folder)
    make, settings = WIRED[service]
    wired: Any = make(settings(keys=folder, database_url=f"sqlite+aiosqlite:///{folder / 'x.db'}"))
    return wired.machinery.bus.make_broker()


@pytest.mark.parametrize("service", sorted(WIRED))
def test_each_service_hears_exactly_what_the_map_says(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each heard event has its handler on the durable of its publisher, and no other event has one."""
    broker = make_broker(service, tmp_path, monkeypatch)
    subscribed: dict[str, set[str]] = {}
    for subscriber in (one for one in broker.subscribers if not one.subject.template.startswith("rpc.")):
        handlers = {call.handler._original_call.__name__ for call in subscriber.calls}
        subscribed[subscriber.extra_options["durable"]] = {name for name in handlers if name.startswith("on_")}
    expected = {
        durable: {f"on_{event.name}" for event in HEARS[service] if event.publisher == publisher}
        for durable, publisher in durables_of(service)
        if publisher in SERVICES
    }
    assert expected == {durable: subscribed[durable] for durable in expected}
    assert {durable for durable, _ in durables_of(service)} == set(subscribed)


@pytest.mark.parametrize("service", sorted(WIRED))
def test_each_service_answers_exactly_what_it_may_be_asked(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request of the contracts is answered by the service it is put to, and nothing else is."""
    subscribers = make_broker(service, tmp_path, monkeypatch).subscribers
    answered = {one.subject.template for one in subscribers if one.subject.template.startswith("rpc.")}
    assert {request.subject() for request in REQUESTS if request.service == service} == answered
