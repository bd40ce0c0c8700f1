"""What ``paidan up`` takes from its own environment; everything else is decided by the layout."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.layout import Layout
from shared.contracts.services import SERVICES


class StackSettings(BaseSettings):
    """Prefix ``PAIDAN_``. An empty database URL means the SQLite file in the data directory."""

    model_config = SettingsConfigDict(env_prefix="PAIDAN_", frozen=True)

    intake_database_url: str = ""
    matcher_database_url: str = ""
    notifier_database_url: str = ""
    console_database_url: str = ""
    """Notifier's database as a user who may only read; empty means as notifier, who then only reads."""
    nats_sync_interval: str = Field(default="always", pattern=r"^(always|\d+(ms|s|m|h))$")
    """How often the broker flushes to disk. ``always`` loses nothing acknowledged when the power fails."""
    log_level: str = "INFO"
    pg_bin: str = ""
    """Where PostgreSQL's own programs are, for backups; empty means on the path."""

    def databases(self, layout: Layout) -> dict[str, str]:
        """SQLAlchemy URL of each service's database."""
        chosen = {name: str(getattr(self, f"{name}_database_url")) for name in SERVICES}
        return {name: chosen[name] or layout.database_url(name) for name in SERVICES}
