"""The broker's configuration, and the keys of its users."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from deploy.broker import LocalBroker
from deploy.layout import Layout, Ports
from deploy.nats_server import NatsPlace, configuration, find_binary, users_file
from deploy.seeds import OWNERS, Seeds

PLACE = NatsPlace("127.0.0.1", 4004, 4006, Path("store"), "2m")
KEYS = {user: [f"U{user.upper()}"] for user in OWNERS}


def configured() -> dict[str, Any]:
    """The configuration as the server reads it."""
    return read(configuration(PLACE))


def read(text: str) -> dict[str, Any]:
    """A file of ours: names with a JSON value each, includes and comments left out."""
    lines = [line for line in text.splitlines() if not line.startswith(("include ", "#"))]
    wholes = re.split(r"\n(?=\S+: )", "\n".join(lines))
    return {name.strip('"'): json.loads(value) for name, value in (whole.split(": ", 1) for whole in wholes)}


def test_the_broker_listens_on_loopback_only() -> None:
    """Clients and monitoring are for this machine alone."""
    assert ("127.0.0.1:4004", "127.0.0.1:4006") == (configured()["listen"], configured()["http"])


def test_streams_are_kept_on_disk_and_flushed_as_told() -> None:
    """The store directory and the flush interval are the installation's choice."""
    streams = configured()["jetstream"]
    assert ("store", "2m") == (streams["store_dir"], streams["sync_interval"])


def test_every_user_has_a_key_and_permissions_and_nobody_is_anonymous() -> None:
    """There is no user without both, none by password, and none for those who name nobody."""
    told = read(users_file(KEYS))
    users = told["authorization"]["users"] + told["accounts"]["$SYS"]["users"]
    assert ["authorization", "accounts"] == list(told)
    assert ["users"] == list(told["authorization"])
    assert [KEYS[user][0] for user in OWNERS] == [user["nkey"] for user in users]
    assert {True} == {bool(user["permissions"][kind]["allow"]) for user in users for kind in ("publish", "subscribe")}
    assert 'include "users.conf"' in configuration(PLACE)


def test_services_answer_one_reply_to_a_request_and_nobody_else_any() -> None:
    """A reply to somebody's inbox is allowed once, for ten seconds."""
    users = read(users_file(KEYS))["authorization"]["users"]
    answers = {user["nkey"]: user["permissions"].get("allow_responses") for user in users}
    once = {"max": 1, "expires": "10s"}
    none = {"UCONSOLE": None, "UOPERATOR": None}
    assert {"UINTAKE": once, "UMATCHER": once, "UNOTIFIER": once, **none} == answers


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    """A second start keeps the keys; they and the configuration are closed to others, which holds no secret."""
    layout = Layout.at(tmp_path / "data")
    layout.make()
    first, second = (LocalBroker(layout, Ports(8100), "always") for _ in range(2))
    first.prepare()
    made = [first.seeds.public_key(user) for user in OWNERS]
    second.prepare()
    assert made == [second.seeds.public_key(user) for user in OWNERS]
    assert len(OWNERS) == len(set(made))
    told = [layout.nats_configuration, layout.nats_server_users]
    files = [*layout.nats_users.iterdir(), *told]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in files}
    seeds = [path.read_text().strip() for path in layout.nats_users.iterdir()]
    assert [] == [seed for seed in seeds for path in told if seed in path.read_text()]


def test_a_change_that_was_interrupted_ends_at_the_next_start(tmp_path: Path) -> None:
    """While a key is changed the broker knows both; before it starts nobody uses what was left."""
    seeds = Seeds(tmp_path)
    seeds.create()
    old = seeds.public_key("intake")
    seeds.prepare("intake")
    both = list(seeds.public_keys("intake"))
    seeds.take("intake")
    assert [both[1], old] == list(seeds.public_keys("intake"))
    assert old == both[0] == seeds.last("intake")
    seeds.settle()
    assert [both[1]] == list(seeds.public_keys("intake"))


def test_the_servers_binary_comes_from_its_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found without help of the search path."""
    monkeypatch.setenv("PATH", "")
    binary = find_binary()
    assert binary.is_file()
    assert "nats-server" == binary.name
