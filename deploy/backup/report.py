"""The report of a restore: JSON lines for programs, a table for people. Nothing personal is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table

from deploy.backup.disk import own_folder, write_durably
from deploy.backup.manifest import Epoch, Manifest

SHOWN = 20
WIDTH = 140


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Order(_Line):
    """``facts``: what was told of it after the cut, each publisher's in order. ``placed_at``: domain time."""

    order_id: str
    reference: str | None = None
    service: str | None = None
    grid: str | None = None
    placed_at: datetime | None = None
    facts: Sequence[str] = ()


class Unknown(_Order):
    """An order that was accepted after the cut: its resident has a number that nobody knows any more."""

    what: Literal["unknown"] = "unknown"


class GoneOn(_Order):
    """An order that is there, as it was at the cut."""

    what: Literal["gone_on"] = "gone_on"


class LostPost(_Line):
    """A post that was claimed or released after the cut; ``volunteer_id`` is opaque."""

    what: Literal["post"] = "post"
    fact: str
    post_id: str
    area: str
    volunteer_id: str
    at: datetime

    @classmethod
    def of(cls, name: str, body: Mapping[str, Any]) -> Self:
        """From the body of the fact."""
        named = ("post_id", "area", "volunteer_id", "at")
        return cls(fact=name, **{word: body[word] for word in named})


Line = Unknown | GoneOn | LostPost


@dataclass(frozen=True)
class Report:
    """What is to be asked. ``notices``: messages that left after the cut. ``unreadable``: what could not be looked at,
    so that something may be missing here.
    """

    manifest: Manifest
    epoch: Epoch
    lines: Sequence[Line]
    notices: int
    unreadable: Sequence[str]

    @property
    def unknown(self) -> Sequence[Unknown]:
        """Orders nobody knows."""
        return [line for line in self.lines if isinstance(line, Unknown)]

    @property
    def gone_on(self) -> Sequence[GoneOn]:
        """Orders that had gone on."""
        return [line for line in self.lines if isinstance(line, GoneOn)]

    def write(self, folder: Path) -> Path:
        """``report.jsonl`` and ``report.txt`` in a folder, for their owner alone; answers the second. Raises
        ``OSError``.
        """
        own_folder(folder)
        lines = "".join(f"{line.model_dump_json()}\n" for line in self.lines)
        write_durably(folder / "report.jsonl", lines)
        write_durably(folder / "report.txt", "\n".join(self.table(len(self.lines))) + "\n")
        return folder / "report.txt"

    def table(self, most: int = SHOWN) -> Iterator[str]:
        """For people: a heading, at most so many lines, and what could not be read."""
        posts = len(self.lines) - len(self.unknown) - len(self.gone_on)
        yield f"restored to {self.manifest.cut_at:%Y-%m-%d %H:%M:%S} UTC, epoch {self.epoch.epoch_id}"
        yield (
            f"{len(self.unknown)} orders are not known any more, {len(self.gone_on)} had gone on,"
            f" {posts} posts were claimed or released, {self.notices} messages had left since"
        )
        shown: list[Unknown | GoneOn] = [*self.unknown, *self.gone_on]
        if shown:
            yield from _drawn(shown[:most])
        if len(shown) > most:
            yield f"… and {len(shown) - most} more"
        yield from (f"not read: {what}" for what in self.unreadable)


def _drawn(orders: Sequence[Unknown | GoneOn]) -> Iterator[str]:
    table = Table("", "reference", "service", "grid", "placed (UTC)", "since the cut")
    for order in orders:
        what = "unknown" if isinstance(order, Unknown) else "gone on"
        placed = f"{order.placed_at:%Y-%m-%d %H:%M}" if order.placed_at else ""
        since = ", ".join(fact.partition(".")[2] for fact in order.facts)
        table.add_row(what, order.reference or order.order_id, order.service or "", order.grid or "", placed, since)
    page = Console(file=StringIO(), width=WIDTH)
    page.print(table)
    yield from page.file.getvalue().rstrip("\n").split("\n")  # type: ignore[attr-defined]  # the StringIO above
