"""The environment of each service's process: what all of them share, and the secrets of its own alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from shared.contracts.services import CONSOLE, SERVICES

PREFIX = "PAIDAN_"


def service_environment(service: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The operator's environment with ``settings`` (named without the prefix) laid over it.

    What it says of the other services' databases stays away from this one: such a URL is a secret.
    """
    others = tuple(f"{PREFIX}{name.upper()}_DATABASE_URL" for name in (*SERVICES, CONSOLE) if name != service)
    inherited = {name: value for name, value in os.environ.items() if name not in others}
    return inherited | {f"{PREFIX}{name}": value for name, value in settings.items()}


def project_directory() -> Path:
    """Where the packages of this very installation lie; the children import from there."""
    return Path(__file__).resolve().parent.parent
