"""Where a service's database and broker are, read from its settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from pydantic import SecretStr

from shared.messaging.bus import STUCK_SECONDS
from shared.messaging.dead_letters import EARLY_SECONDS
from shared.messaging.entering import Entrance
from shared.persistence.admission import Limits
from shared.persistence.audit_clock import AuditKept
from shared.persistence.engine import BUSY_SECONDS


class EntranceSettings(Protocol):
    """What of a process's settings says how it comes in at the broker."""

    @property
    def nats_url(self) -> str: ...
    @property
    def nats_user(self) -> str: ...
    @property
    def nats_password(self) -> SecretStr: ...
    @property
    def nats_seed(self) -> Path | None: ...
    @property
    def nats_authority(self) -> Path | None: ...


class ConnectionSettings(EntranceSettings, Protocol):
    """What of a service's settings is read here; units are seconds and commands."""

    @property
    def database_url(self) -> str: ...
    @property
    def group_commands(self) -> int: ...
    @property
    def waiting_commands(self) -> int: ...
    @property
    def busy_seconds(self) -> float: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def stuck_seconds(self) -> float: ...
    @property
    def early_seconds(self) -> float: ...
    @property
    def audit_kept(self) -> AuditKept: ...


def entrance_of(settings: EntranceSettings) -> Entrance:
    """The way in at the broker, as settings say."""
    password = settings.nats_password.get_secret_value()
    return Entrance(settings.nats_url, settings.nats_user, password, settings.nats_seed, settings.nats_authority)


@dataclass(frozen=True)
class Connections:
    """Where a service's database and broker are, the bounds of its writer, and how long a consumer may be stuck."""

    database_url: str
    entrance: Entrance
    group_commands: int = 256
    waiting_commands: int = 20_000
    busy_seconds: float = BUSY_SECONDS
    limits: Limits = field(default_factory=Limits)
    stuck_seconds: float = STUCK_SECONDS
    early_seconds: float = EARLY_SECONDS
    audit: AuditKept = field(default_factory=AuditKept)

    @classmethod
    def of(cls, settings: ConnectionSettings) -> Self:
        """As a service's settings say."""
        return cls(
            settings.database_url,
            entrance_of(settings),
            settings.group_commands,
            settings.waiting_commands,
            settings.busy_seconds,
            settings.limits,
            settings.stuck_seconds,
            settings.early_seconds,
            settings.audit_kept,
        )
