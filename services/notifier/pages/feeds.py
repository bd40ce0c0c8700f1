"""The public board for programs: CSV for spreadsheets, Atom for readers of news; JSON is ``/api/board``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.notifier.access import Doors
from services.notifier.queries.views import BoardView, FiguresView
from shared.community.roster_writing import csv_of
from shared.web.i18n import gettext
from shared.web.rules import ANYBODY, under

ATOM = "http://www.w3.org/2005/Atom"
MONTHS = 24
Chosen = Annotated[str, Query(max_length=100)]
Named = Callable[[str], str]
"""An area or a service in the reader's language."""


def feed_routes(doors: Doors, named: Named, public_url: str) -> APIRouter:
    """``/board.csv`` and ``/board.atom``; nobody signs in."""
    router = APIRouter()

    @router.get("/board.csv")
    @under(ANYBODY)
    async def as_csv(area: Chosen = "", service: Chosen = "", month: Chosen = "") -> Response:
        board = await doors.board.board(area or None, service or None, month or None)
        headers = {"Content-Disposition": 'attachment; filename="board.csv"'}
        return Response(board_csv(board, named), media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/board.atom")
    @under(ANYBODY)
    async def as_atom(request: Request, area: Chosen = "", service: Chosen = "") -> Response:
        board = await doors.board.board(area or None, service or None, None)
        address = f"{public_url}{request.url.path}"
        return Response(board_atom(board, named, address, datetime.now(UTC)), media_type="application/atom+xml")

    return router


def board_csv(board: BoardView, named: Named) -> bytes:
    """A row for each area, service and month of a board, the whole first; what is withheld is an empty cell."""
    header = ["by", "code", "name", "collected", "answered", "open", *board.total.outcomes, "content", "withheld"]
    return csv_of(header, (_cells(by, row, named) for by, row in _rows(board)))


def _rows(board: BoardView) -> Iterator[tuple[str, FiguresView]]:
    yield "all", board.total
    for by, rows in (("area", board.by_area), ("service", board.by_service), ("month", board.by_month)):
        for row in rows:
            yield by, row


def _cells(by: str, row: FiguresView, named: Named) -> list[str]:
    counts = [row.collected, row.answered, row.open, *row.outcomes.values(), row.content]
    name = row.code if by == "month" else named(row.code)
    return [by, row.code, name, *("" if one is None else str(one) for one in counts), "yes" if row.suppressed else "no"]


def board_atom(board: BoardView, named: Named, address: str, now: datetime) -> bytes:
    """An entry for each month, the newest first (RFC 4287). A month is changed as long as its orders are."""
    feed = Element("feed", {"xmlns": ATOM})
    _text(feed, "title", f"{gettext('Public board')}: {named(board.area)}")
    _text(feed, "id", f"{address}?area={board.area}&service={board.service or ''}")
    _text(feed, "updated", now.isoformat(timespec="seconds"))
    SubElement(feed, "link", {"rel": "self", "href": address})
    SubElement(SubElement(feed, "author"), "name").text = "paidan"
    for row in sorted(board.by_month, key=lambda one: one.code, reverse=True)[:MONTHS]:
        entry = SubElement(feed, "entry")
        _text(entry, "title", row.code)
        _text(entry, "id", f"{address}?area={board.area}&service={board.service or ''}#{row.code}")
        _text(entry, "updated", now.isoformat(timespec="seconds"))
        _text(entry, "summary", _said(row))
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed)


def _said(row: FiguresView) -> str:
    told = {
        gettext("Collected"): row.collected,
        gettext("Answered"): row.answered,
        gettext("Open"): row.open,
        gettext("Content"): row.content,
    }
    return ", ".join(f"{name}: {'–' if count is None else count}" for name, count in told.items())


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
