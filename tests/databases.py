"""Which tests run on both databases every time, and which on one of them until ``make test DATABASES=both``.

What can differ between the databases is proved on both every time: migrations, repositories and what is written through
them, locks and races, clocks, the ledger, the outbox, backup, and the loop through a running stack. Pages and the rules
at doors read what those wrote; there PostgreSQL stands for both, which takes no statement that is loosely typed or
grouped, while the browser walks the same pages on SQLite.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATABASES = ("sqlite", "postgresql")
STRICT = "postgresql"
"""The kind that takes less: what it answers the other answers as well."""

CHOICE = "DATABASES"
"""The environment's variable: ``both`` runs everything on both."""

INTAKE = (
    "test_access",
    "test_appointments",
    "test_arranging",
    "test_calling_pages",
    "test_concerned_pages",
    "test_desk_orders",
    "test_entry",
    "test_explaining",
    "test_finding_pages",
    "test_handover",
    "test_incidents",
    "test_languages",
    "test_live",
    "test_ordering_pages",
    "test_other_side",
    "test_privacy_page",
    "test_recording",
    "test_rules",
    "test_shared_devices",
    "test_standing_in",
    "test_watching",
    "test_visiting",
)
MATCHER = (
    "test_access",
    "test_availing",
    "test_danger_pages",
    "test_desk_pages",
    "test_office_pages",
    "test_own",
    "test_pairing_pages",
    "test_recommended",
    "test_referral_doors",
    "test_roster_door",
    "test_roster_export",
    "test_roster_import_pages",
    "test_roster_pages",
    "test_rules",
    "test_signing_in",
    "test_stand_ins",
    "test_volunteer_pages",
)
NOTIFIER = ("test_audit", "test_board", "test_dead_letters", "test_doors", "test_events", "test_rules")

ON_ONE = frozenset(
    f"tests/{folder}/{name}.py"
    for folder, names in {
        "integration/intake": INTAKE,
        "integration/matcher": MATCHER,
        "integration/notifier": NOTIFIER,
    }.items()
    for name in names
)
"""Files of doors and pages."""


class UnknownChoice(ValueError):
    """``DATABASES`` says something that is no choice."""


def wants_both(environment: Mapping[str, str]) -> bool:
    """Whether everything is to run on both. Raises ``UnknownChoice``."""
    chosen = environment.get(CHOICE, "")
    if chosen not in ("", "both"):
        raise UnknownChoice(f"{CHOICE} is both or nothing, not {chosen!r}")
    return chosen == "both"


def is_spared(file: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a case is left to ``DATABASES=both``. ``file``: its path below the repository."""
    kinds = [value for value in parameters.values() if isinstance(value, str) and value in DATABASES]
    return Path(file).as_posix() in ON_ONE and bool(kinds) and STRICT not in kinds
