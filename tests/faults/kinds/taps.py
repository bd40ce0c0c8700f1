"""Impatient people: the same order is sent several times at once, with one key, to whichever process answers."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.faults.fault import DATABASES
from tests.faults.probe import BODY
from tests.faults.report import Report
from tests.faults.site import Site

KEYS = 12
TIMES = 4


@dataclass(frozen=True)
class TappedAgain:
    """Each of a dozen orders is sent four times at once: whoever answers 201 names the same order."""

    report: Report
    name: str = "orders sent four times at once"
    kind: str = "taps"
    databases: tuple[str, ...] = DATABASES

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Send them, and compare what was answered."""
        keys = [str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(KEYS)]
        async with httpx2.AsyncClient(timeout=30.0, trust_env=False) as http:
            answers = await asyncio.gather(*(self._tap(site, http, key) for key in keys for _ in range(TIMES)))
        named: dict[str, set[str]] = {}
        for key, placed in answers:
            if placed is not None:
                named.setdefault(key, set()).add(placed["order_id"])
                self._note(site, key, placed)
        self.report.accepted += len(named)
        if doubled := [key for key, orders in named.items() if len(orders) > 1]:
            self.report.doubled += len(doubled)
            self.report.violated(f"I1: {len(doubled)} of {len(named)} keys were answered with more than one order")

    async def _tap(self, site: Site, http: httpx2.AsyncClient, key: str) -> tuple[str, Mapping[str, Any] | None]:
        url = f"{site.attached.url('intake')}/api/orders"
        answer = await http.post(url, json=BODY, headers={"Idempotency-Key": key})
        return key, answer.json() if answer.status_code == 201 else None

    def _note(self, site: Site, key: str, placed: Mapping[str, Any]) -> None:
        kept = {name: placed[name] for name in ("order_id", "reference", "tracking_token")}
        with site.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**kept, "key": key}) + "\n")
