"""The services by name. A module of its own: who needs the names alone is spared every contract."""

from __future__ import annotations

SERVICES: tuple[str, ...] = ("intake", "matcher", "notifier")
CONSOLE = "console"
"""The operators' window on them, a process of its own: it reads what notifier keeps, and publishes nothing."""
