"""The columns of a roster's units: what they are called, and how each cell is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.community.roster_columns import Known, check_plain, id_of, words_of, yes_or_no
from shared.community.roster_faults import Broken, RosterRule

_TITLES: Mapping[str, tuple[str, ...]] = {
    "unit_id": ("单位编号",),
    "name_zh": ("单位名称", "中文名称"),
    "name_en": ("英文名称",),
    "located_in": ("所在辖区", "驻区"),
    "paired_with": ("包联辖区", "包联网格"),
    "hidden": ("不公开",),
}
COLUMNS = tuple(_TITLES)
REQUIRED = ("unit_id", "name_zh", "located_in")
_CODES = {title: code for code, titles in _TITLES.items() for title in (code, *titles)}


def column_of(title: str) -> str | None:
    """The code of the column with this header, in English or Chinese."""
    return _CODES.get(title.strip().lower())


def value_of(code: str, cell: str, known: Known) -> object:
    """Read one cell of a unit. Raises :class:`Broken`."""
    text = cell.strip()
    check_plain(text)
    if not text and code in REQUIRED:
        raise Broken(RosterRule.MISSING)
    return _READERS[code](text, known)


def _hidden(text: str, known: Known) -> bool:
    return bool(yes_or_no(text, known))


def _area(text: str, known: Known) -> str:
    if text not in known.areas:
        raise Broken(RosterRule.UNKNOWN_AREA)
    return text


def _area_or_none(text: str, known: Known) -> str | None:
    return _area(text, known) if text else None


_READERS: Mapping[str, Callable[[str, Known], object]] = {
    "unit_id": id_of,
    "name_zh": words_of,
    "name_en": words_of,
    "located_in": _area,
    "paired_with": _area_or_none,
    "hidden": _hidden,
}
