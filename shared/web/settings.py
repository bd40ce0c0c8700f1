"""What every service reads from its environment.

A setting ``x`` of intake is ``PAIDAN_INTAKE_X`` where that is set, else ``PAIDAN_X``. A database and a port
belong to one service alone, so they have no shared form: services on one database would publish one
another's events.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, SecretStr, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.contracts.services import CONSOLE, SERVICES
from shared.persistence.admission import Limits
from shared.persistence.audit_clock import AuditKept
from shared.persistence.engine import BUSY_SECONDS
from shared.persistence.watching import Thresholds
from shared.web.flooding import FloodLimits
from shared.web.session_settings import SessionSettings

PREFIX = "PAIDAN_"
MOST_PORT = 65535
OWN = frozenset({"port", "database_url"})
"""Settings a service never takes from the shared prefix."""


class _SharedByAll(EnvSettingsSource):
    """The variables all services share, without those each must have for itself."""

    def __call__(self) -> dict[str, Any]:
        return {name: found for name, found in super().__call__().items() if name not in OWN}


class ServiceSettings(SessionSettings):
    """Frozen settings of one service; a subclass names its ``service`` and its default port and database."""

    model_config = SettingsConfigDict(frozen=True, env_file=None, extra="forbid")

    service: ClassVar[str]

    host: str = "127.0.0.1"
    port: int
    database_url: str
    nats_url: str = "nats://127.0.0.1:8104"
    nats_user: str = ""
    nats_password: SecretStr = SecretStr("")
    nats_seed: Path | None = None
    nats_authority: Path | None = None
    keys: Path = Path(".paidan/keys")
    erasures: Path = Path(".paidan/erasures")
    definition: Path = Path("deploy/definitions/reference/county.toml")
    clock: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    body_limit_bytes: PositiveInt = 1024 * 1024
    upload_limit_bytes: PositiveInt = 10 * 1024 * 1024
    body_seconds: PositiveFloat = 30.0
    upload_seconds: PositiveFloat = 120.0
    trusted_proxies: str = ""
    uncounted_addresses: str = "127.0.0.0/8,::1"
    flood_reads: PositiveInt = 6000
    flood_writes: PositiveInt = 1200
    flood_misses: PositiveInt = 300
    flood_caller: PositiveInt = 6000
    flood_in_all: PositiveInt = 300_000
    shutdown_seconds: PositiveInt = 10
    live_seconds: PositiveFloat = 15.0
    components: bool = False
    otlp_url: str = ""
    trace_share: float = Field(default=1.0, ge=0, le=1)
    answer_seconds: PositiveFloat = 2.0
    stuck_seconds: PositiveFloat = 60.0
    early_seconds: PositiveFloat = 600.0
    handover_seconds: PositiveInt = 60
    busy_seconds: PositiveFloat = BUSY_SECONDS
    disk_least_bytes: NonNegativeInt = 512 * 1024 * 1024
    disk_least_share: float = Field(default=0.1, ge=0, le=1)
    database_most_bytes: NonNegativeInt = 0
    outbox_most: PositiveInt = 1_000_000
    limits_seconds: PositiveFloat = 5.0
    refused_seconds: PositiveInt = 60
    forecast_hours: PositiveFloat = 6.0
    warning_hours: PositiveFloat = 24.0
    audit_days: int = Field(default=190, ge=183)
    audit_seconds: PositiveFloat = 60.0
    audit_window_hours: PositiveFloat = 24.0
    audit_reveals: PositiveInt = 30
    audit_reads: PositiveInt = 300
    audit_fetches: PositiveInt = 20
    audit_returns: PositiveInt = 5
    audit_lookups: PositiveInt = 30
    audit_refusals: PositiveInt = 30
    audit_strangers: PositiveInt = 500
    audit_held: PositiveInt = 20
    intake_public_url: str = ""
    matcher_public_url: str = ""
    notifier_public_url: str = ""
    console_public_url: str = ""

    @field_validator("nats_seed", "nats_authority", mode="before")
    @classmethod
    def _may_be_none(cls, told: object) -> object:
        return told or None

    @field_validator("trusted_proxies", "uncounted_addresses")
    @classmethod
    def _are_networks(cls, told: str) -> str:
        for one in _listed(told):
            ip_network(one)  # a name, or "*", would let anybody say where they come from
        return told

    @field_validator("port")
    @classmethod
    def _is_a_port(cls, port: int) -> int:
        if not 1 <= port <= MOST_PORT:
            raise ValueError(f"a port lies between 1 and {MOST_PORT}")
        return port

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the service's own variables, then the shared ones."""
        return (
            init_settings,
            EnvSettingsSource(settings_cls, env_prefix=f"{PREFIX}{cls.service.upper()}_"),
            _SharedByAll(settings_cls, env_prefix=PREFIX),
        )

    def url_of(self, service: str) -> str:
        """The address people reach a service under, without a trailing slash; empty when it was not told."""
        told = str(getattr(self, f"{service}_public_url")).rstrip("/")
        return told or (f"http://{self.host}:{self.port}" if service == self.service else "")

    @property
    def limits(self) -> Limits:
        """When this service takes nothing new."""
        return Limits(
            disk_bytes=self.disk_least_bytes,
            disk_share=self.disk_least_share,
            most_bytes=self.database_most_bytes,
            outbox=self.outbox_most,
            look_seconds=self.limits_seconds,
            retry_seconds=self.refused_seconds,
            forecast_hours=self.forecast_hours,
            warning_hours=self.warning_hours,
        )

    @property
    def flood_limits(self) -> FloodLimits:
        """How many requests a minute are served."""
        return FloodLimits(
            reads=self.flood_reads,
            writes=self.flood_writes,
            misses=self.flood_misses,
            caller=self.flood_caller,
            in_all=self.flood_in_all,
            uncounted=tuple(ip_network(one) for one in _listed(self.uncounted_addresses)),
        )

    @property
    def proxies(self) -> list[str]:
        """Addresses and networks whose word on who asks is taken."""
        return _listed(self.trusted_proxies)

    @property
    def audit_kept(self) -> AuditKept:
        """How long this service's audit is kept, and of what it alerts."""
        most = Thresholds(
            window=timedelta(hours=self.audit_window_hours),
            reveals=self.audit_reveals,
            reads=self.audit_reads,
            fetches=self.audit_fetches,
            returns=self.audit_returns,
            lookups=self.audit_lookups,
            refusals=self.audit_refusals,
            strangers=self.audit_strangers,
            held=self.audit_held,
        )
        return AuditKept(self.audit_days, self.audit_seconds, most)

    @property
    def public_url(self) -> str:
        """The address people reach this service under."""
        return self.url_of(self.service)

    @property
    def secure(self) -> bool:
        """Whether people reach this service over TLS: cookies are then marked ``Secure``."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def trusted_origins(self) -> frozenset[str]:
        """``scheme://host:port`` of the services and the console: where a posted form may come from and lead to."""
        urls = [urlsplit(self.url_of(service)) for service in (*SERVICES, CONSOLE)]
        return frozenset(f"{url.scheme}://{url.netloc}" for url in urls if url.netloc)


def _listed(told: str) -> list[str]:
    return [one.strip() for one in told.split(",") if one.strip()]
