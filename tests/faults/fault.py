"""What a fault is, and the list of all there are."""

from __future__ import annotations

import random
from typing import Protocol

from tests.faults.site import Site

DATABASES = ("sqlite", "postgresql")


class Fault(Protocol):
    """One way in which the world fails a stack."""

    @property
    def name(self) -> str:
        """What the summary counts it under."""

    @property
    def kind(self) -> str:
        """What its recovery is counted under: ``kill``, ``outage``, ``stop``, ``messages`` …"""

    @property
    def databases(self) -> tuple[str, ...]:
        """The kinds of database it can strike a stack on."""

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Inject it, and take the cause away again; returns when the cause is gone.

        Raises ``Refused`` where this machine cannot, ``Missed`` when the moment it waited for never came.
        """


class Refused(Exception):
    """The machine lacks what this fault needs; the message says what, in one line."""


class Missed(Exception):
    """The moment a fault was waiting for did not come; nothing was injected."""


FAULTS: dict[str, Fault] = {}


def known(fault: Fault) -> Fault:
    """Have a fault known by its name. Raises ``ValueError`` for a name that is taken."""
    if fault.name in FAULTS:
        raise ValueError(f"two faults are called {fault.name}")
    FAULTS[fault.name] = fault
    return fault
