"""Where everything of a local stack lies: the data directory, the ports, the processes' settings."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.problems import StackProblem
from shared.contracts.services import CONSOLE, SERVICES

HOST = "127.0.0.1"
DEFAULT_DATA = Path(".paidan")
DEFAULT_PORT_BASE = 8100
DEFAULT_DEFINITION = Path(__file__).parent / "definitions" / "reference" / "county.toml"


@dataclass(frozen=True)
class Layout:
    """The data directory of one stack, absolute."""

    data: Path

    @classmethod
    def at(cls, data: Path) -> Layout:
        """The layout under ``data``, whatever the working directory becomes later."""
        return cls(data.expanduser().resolve())

    @property
    def keys(self) -> Path:
        """The services' keys, one file each (``PAIDAN_KEYS``)."""
        return self.data / "keys"

    @property
    def erasures(self) -> Path:
        """The registers of who was erased; no backup has them (``PAIDAN_ERASURES``)."""
        return self.data / "erasures"

    @property
    def nats_users(self) -> Path:
        """The keys of the broker's users, one file each; apart from the keys which every service reads."""
        return self.data / "nats" / "users"

    @property
    def nats_configuration(self) -> Path:
        """The broker's configuration."""
        return self.data / "nats" / "server.conf"

    @property
    def nats_server_users(self) -> Path:
        """Who may come in at the broker, and do what; a part of its configuration."""
        return self.data / "nats" / "users.conf"

    @property
    def nats_store(self) -> Path:
        """The broker's streams."""
        return self.data / "nats" / "store"

    @property
    def nats_aside(self) -> Path:
        """What the broker could not read of its store after a power cut."""
        return self.data / "nats" / "unreadable"

    @property
    def logs(self) -> Path:
        """A log of each child and of the supervisor, JSON lines."""
        return self.data / "logs"

    @property
    def notice_file(self) -> Path:
        """Demonstration messages, JSON lines (``PAIDAN_NOTICE_FILE``)."""
        return self.data / "notices.jsonl"

    @property
    def stack_file(self) -> Path:
        """What the running stack says about itself."""
        return self.data / "stack.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.data / "stack.lock"

    def database_url(self, service: str) -> str:
        """A service's SQLite database, unless the environment names another."""
        return f"sqlite+aiosqlite:///{self.data / f'{service}.db'}"

    def make(self) -> None:
        """Create the directories, for their owner alone. Raises ``StackProblem``."""
        try:
            for place in (self.data, self.data / "nats", self.nats_store, self.logs):
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StackProblem(f"cannot use {self.data} as data directory: {error.strerror}") from error


@dataclass(frozen=True)
class Ports:
    """Ports on loopback, from ``base``: services 1 to 3, broker 4, console 5, the broker's monitoring 6."""

    base: int = DEFAULT_PORT_BASE

    @property
    def nats(self) -> int:
        """The broker's client port."""
        return self.base + 4

    @property
    def monitoring(self) -> int:
        """The broker's HTTP port: health and figures."""
        return self.base + 6

    def of(self, service: str) -> int:
        """The HTTP port of a service, or of the console."""
        return self.base + (5 if service == CONSOLE else 1 + SERVICES.index(service))

    def url_of(self, service: str) -> str:
        """A service's address, without a final slash."""
        return f"http://{HOST}:{self.of(service)}"

    @property
    def named(self) -> Sequence[tuple[str, int]]:
        """``(name, port)`` of every port the stack listens on."""
        services = [(service, self.of(service)) for service in (*SERVICES, CONSOLE)]
        return (*services, ("nats", self.nats), ("nats monitoring", self.monitoring))

    def ensure_free(self) -> None:
        """Raises ``StackProblem`` that names the first port which is taken or cannot be used."""
        for name, port in self.named:
            _ensure_free(name, port)


def _ensure_free(name: str, port: int) -> None:
    with socket.socket() as listener:
        # As the servers do: a connection of an earlier stack that still lingers does not occupy the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OverflowError:
            raise StackProblem(f"there is no port {port} for {name}; choose a lower --port-base") from None
        except OSError as error:
            why = "is already in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
            raise StackProblem(f"port {port} ({name}) {why}; choose another --port-base") from None
