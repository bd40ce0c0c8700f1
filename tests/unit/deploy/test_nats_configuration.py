"""The broker's configuration, and the passwords it is made of."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from deploy.broker import LocalBroker
from deploy.layout import Layout, Ports
from deploy.nats_server import NatsPlace, configuration, find_binary
from deploy.permissions import USERS

PASSWORDS = {user: f"secret of {user}" for user in USERS}


def configured(store: Path = Path("store"), sync_interval: str = "always") -> dict[str, Any]:
    """The configuration as the server reads it."""
    place = NatsPlace("127.0.0.1", 4004, 4006, store, sync_interval)
    read: dict[str, Any] = json.loads(configuration(place, PASSWORDS))
    return read


def test_the_broker_listens_on_loopback_only() -> None:
    """Clients and monitoring are for this machine alone."""
    assert ("127.0.0.1:4004", "127.0.0.1:4006") == (configured()["listen"], configured()["http"])


def test_streams_are_kept_on_disk_and_flushed_as_told(tmp_path: Path) -> None:
    """The store directory and the flush interval are the installation's choice."""
    streams = configured(tmp_path, "2m")["jetstream"]
    assert (str(tmp_path), "2m") == (streams["store_dir"], streams["sync_interval"])


def test_every_user_has_a_password_and_permissions_and_nobody_is_anonymous() -> None:
    """There is no user without both, and no user for those who name none."""
    authorization = configured()["authorization"]
    users = {user["user"]: user for user in authorization["users"]}
    assert set(USERS) == set(users)
    assert ["users"] == list(authorization)
    assert PASSWORDS == {name: user["password"] for name, user in users.items()}
    assert all(user["permissions"]["publish"]["allow"] for user in users.values())
    assert all(user["permissions"]["subscribe"]["allow"] for user in users.values())


def test_services_answer_one_reply_to_a_request_and_the_operator_none() -> None:
    """A reply to somebody's inbox is allowed once, for ten seconds."""
    answers = {
        user["user"]: user["permissions"].get("allow_responses") for user in configured()["authorization"]["users"]
    }
    once = {"max": 1, "expires": "10s"}
    assert {"intake": once, "matcher": once, "notifier": once, "operator": None} == answers


def test_passwords_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    """A second start keeps the passwords; passwords and configuration are closed to others."""
    layout = Layout.at(tmp_path / "data")
    layout.make()
    first, second = (LocalBroker(layout, Ports(8100), "always") for _ in range(2))
    first.prepare()
    passwords = [first.password_of(user) for user in USERS]
    second.prepare()
    assert passwords == [second.password_of(user) for user in USERS]
    assert len(USERS) == len(set(passwords))
    secret = [*layout.nats_users.iterdir(), layout.nats_configuration]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in secret}


def test_the_servers_binary_comes_from_its_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found without help of the search path."""
    monkeypatch.setenv("PATH", "")
    binary = find_binary()
    assert binary.is_file()
    assert "nats-server" == binary.name
