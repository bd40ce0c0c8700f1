"""Where personal data must not be, sifted; and the finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import httpx2
from nats.aio.msg import Msg
from pydantic import BaseModel
from sqlalchemy import LargeBinary, String, Table, select
from sqlmodel import AutoString

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Many
from deploy.verify.privacy.matching import Remains
from deploy.verify.privacy.sieve import Sieve
from deploy.verify.privacy.values import METADATA, Unsealed, values
from services.notifier.models import NotifierTable
from shared.community.definition import Community
from shared.identity.keys import KeyMissing, read_key
from shared.persistence.vault import Vault

PAGE = 500
METRICS_SECONDS = 5.0
_IDS_ALONE = frozenset({"inbox"})
"""Tables of ids that stand elsewhere too."""


@dataclass(frozen=True)
class Ground:
    """Where an installation's keys and logs are, how its services answer, and what of its definition is public."""

    keys: Path
    logs: Path
    addresses: Mapping[str, str]
    community: Community | None = None


class Sifting:
    """Sifts every place that is not sealed."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self.sieve = Sieve()
        self.remarks: list[str] = []

    def message(self, place: str, message: Msg) -> None:
        """A message of a stream: its subject, its headers, its body."""
        headers = [f"{name}: {value}" for name, value in (message.headers or {}).items() if value]
        body = message.data.decode("utf-8", "replace")
        self.sieve.sift(place, [("subject", message.subject), ("body", body), *(("header", one) for one in headers)])

    async def databases(self) -> None:
        """Every text column of the three databases that is not sealed, and the bodies of dead letters."""
        metadata = {**METADATA, "notifier": NotifierTable.metadata}
        for service, tables in metadata.items():
            for table in tables.sorted_tables:
                if table.name not in _IDS_ALONE:
                    await self._table(service, table)

    async def _table(self, service: str, table: Table) -> None:
        texts = [column for column in table.columns if isinstance(column.type, String | AutoString)]
        if service == "notifier":
            texts += [column for column in table.columns if isinstance(column.type, LargeBinary)]
        keys = list(table.primary_key)
        page: list[tuple[str, str]] = []
        async for row in rows(self._databases.named()[service], select(*keys, *texts)):
            said = "\n".join(_text(value) for value in row[len(keys) :] if value is not None)
            page.append((" ".join(map(str, row[: len(keys)])), said))
            if len(page) == PAGE:
                self.sieve.sift(f"{service}.{table.name}", page)
                page = []
        self.sieve.sift(f"{service}.{table.name}", page)

    def logs(self, directory: Path) -> None:
        """Every line of every log, those set aside too."""
        for path in sorted(directory.glob("*.log*")):
            with path.open(encoding="utf-8", errors="replace") as lines:
                for number, line in enumerate(lines, start=1):
                    self.sieve.sift(f"log {path.name} line", [(str(number), line.strip())])

    async def metrics(self, addresses: Mapping[str, str]) -> None:
        """What each service tells its monitoring; one that does not answer is remarked."""
        async with httpx2.AsyncClient(timeout=METRICS_SECONDS, trust_env=False) as http:
            for service in ("intake", "matcher", "notifier"):
                try:
                    answer = await http.get(f"{addresses[service]}/metrics")
                except (httpx2.HTTPError, KeyError):
                    self.remarks.append(f"{service} does not answer: its metrics were not looked at")
                    continue
                lines = [(str(n), line) for n, line in enumerate(answer.text.splitlines(), 1) if "{" in line]
                self.sieve.sift(f"metrics of {service} line", lines)


async def nothing_personal_outside(sifting: Sifting, databases: Databases, ground: Ground) -> tuple[Many, list[str]]:
    """I8: what is personal and stands where it must not, by place and kind; and remarks."""
    await sifting.databases()
    sifting.logs(ground.logs)
    await sifting.metrics(ground.addresses)
    public = set(_words(ground.community)) if ground.community else set()
    sieve, broken = sifting.sieve, Many()
    for (kind, number), place in sieve.shaped.items():
        if not any(number in word for word in public):
            broken.add(f"{place}: {kind}")
    if sieve.full:
        broken.add("there are so many texts that are no codes that not all of them were looked at")
    remains = Remains(sieve, public)
    for service in METADATA:
        await _look_for(databases, service, ground, remains, broken, sifting.remarks)
    return broken, sifting.remarks


async def _look_for(
    databases: Databases, service: str, ground: Ground, remains: Remains, broken: Many, remarks: list[str]
) -> None:
    try:
        vault = Vault(read_key(ground.keys, f"{service}-vault"))
    except KeyMissing:
        vault = None
        remarks.append(f"without {service}'s vault key only the shapes of numbers were looked for, not what it seals")
    closed = 0
    told: set[str] = set()
    async for value in values(databases, service, vault):
        if isinstance(value, Unsealed):
            closed += not value.plain
            if value.plain:
                broken.add(f"{value.place} is not sealed")
        elif (place := remains.place_of(value)) is not None:
            told.add(f"{place}: {value.kind} of {service}.{value.table}")
    for line in sorted(told):
        broken.add(line)
    if closed:
        remarks.append(f"{closed} sealed values of {service} do not open with the key that is here")


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _words(of: Any) -> Iterator[str]:
    """Every text of a definition: names of places, services, offices, and their telephones."""
    if isinstance(of, str):
        yield of
    elif isinstance(of, BaseModel):
        for name in type(of).model_fields:
            yield from _words(getattr(of, name))
    elif is_dataclass(of):
        for field in fields(of):
            yield from _words(getattr(of, field.name))
    elif isinstance(of, Mapping):
        for value in of.values():
            yield from _words(value)
    elif isinstance(of, Sequence | frozenset):
        for value in of:
            yield from _words(value)
