"""docs/data-map.md names every column of the three databases, so that no personal one can be forgotten."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, MetaData

from shared.contracts.flows import SERVICES

PAGE = Path(__file__).parents[2] / "docs" / "data-map.md"
_CELLS = 6
"""Of a personal field: its name, what, how kept, who sees it, how long, who erases it."""


def chapter(service: str, name: str) -> list[list[str]]:
    """The rows of one table of the page, as the texts of their cells."""
    of_service = PAGE.read_text(encoding="utf-8").partition(f"\n## {service.capitalize()}\n")[2].partition("\n## ")[0]
    table = of_service.partition(f"### {name}\n")[2].partition("\n### ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def personal(service: str) -> list[str]:
    """``table.column`` of what the page calls personal."""
    return [row[0].strip("`") for row in chapter(service, "Personal")]


def others(service: str) -> Iterator[str]:
    """``table.column`` of what it says is not."""
    for table, columns in chapter(service, "Not personal"):
        yield from (f"{table.strip('`')}.{column}" for column in re.findall(r"`([^`]+)`", columns))


def columns_of(service: str, *, binary: bool = False) -> set[str]:
    """``table.column`` of the models, those that hold bytes alone if so wanted."""
    models = importlib.import_module(f"services.{service}.models")
    metadata: MetaData = getattr(models, f"{service.capitalize()}Table").metadata
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if not binary or isinstance(column.type, LargeBinary)
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_column_is_in_the_data_map_once(service: str) -> None:
    """As personal or as not personal; a column that is gone is gone from the page."""
    told = [*personal(service), *others(service)]
    assert (columns_of(service), len(told)) == (set(told), len(set(told)))


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_sealed_is_personal_and_everything_is_said_of_it(service: str) -> None:
    """Bytes of a column are somebody's; how they are kept, seen and ended has no empty cell."""
    assert set() == columns_of(service, binary=True) - set(personal(service))
    assert [] == [row for row in chapter(service, "Personal") if len(row) != _CELLS or not all(row)]


def test_a_column_that_nobody_mapped_is_found() -> None:
    """The page is read column by column: one that it does not name is not in it."""
    assert "orders.nickname" not in {*personal("intake"), *others("intake")}
    assert {"contacts.sealed"} <= set(personal("intake"))
