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
from shared.identity.keys import create_keys
from tests.contracts.published import ROOT

WIRED = {
    "intake": (Intake, IntakeSettings),
    "matcher": (Matcher, MatcherSettings),
    "notifier": (Notifier, NotifierSettings),
}


@pytest.mark.parametrize("service", sorted(WIRED))
def test_each_service_hears_exactly_what_the_map_says(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each heard event has its handler on the durable of its publisher, and no other event has one."""
    monkeypatch.chdir(ROOT)
    create_keys(tmp_path)
    make, settings = WIRED[service]
    wired: Any = make(settings(keys=tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"))
    broker = wired.machinery.bus.make_broker()
    subscribed: dict[str, set[str]] = {}
    for subscriber in broker.subscribers:
        handlers = {call.handler._original_call.__name__ for call in subscriber.calls}
        subscribed[subscriber.extra_options["durable"]] = {name for name in handlers if name.startswith("on_")}
    expected = {
        durable: {f"on_{event.name}" for event in HEARS[service] if event.publisher == publisher}
        for durable, publisher in durables_of(service)
        if publisher in SERVICES
    }
    assert expected == {durable: subscribed[durable] for durable in expected}
    assert {durable for durable, _ in durables_of(service)} == set(subscribed)
