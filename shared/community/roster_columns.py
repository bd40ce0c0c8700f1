"""The columns of a roster: what they are called, and how each cell is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from shared.community.areas import AreaTree
from shared.community.definition import Community
from shared.community.hours import VolunteerKind, WeekHours
from shared.community.phones import mobile
from shared.community.text import CODE_PATTERN, Text


class RosterRule(StrEnum):
    """What can be wrong with a roster: the English sentence is the message id of its translation."""

    UNKNOWN_FORMAT = "The file must be CSV or XLSX"
    UNREADABLE = "The file cannot be read"
    EMPTY = "The file has no rows"
    TOO_MANY_ROWS = "The file has more rows than allowed"
    UNKNOWN_COLUMN = "There is no such column"
    COLUMN_TWICE = "The column is there twice"
    COLUMN_MISSING = "The column is missing"
    SURPLUS_CELL = "The row has more cells than the header"
    MISSING = "This must not be empty"
    TOO_LONG = "This is too long"
    FORMULA = "This looks like a formula"
    CONTROL_CHARACTER = "This has characters that cannot be shown"
    NOT_AN_ID = "An id has lower-case letters, digits, _ and - only"
    NOT_A_PHONE = "This is not a mobile number"
    UNKNOWN_KIND = "There is no such kind of volunteer"
    UNKNOWN_UNIT = "There is no such unit"
    UNKNOWN_PROFESSION = "There is no such profession"
    UNKNOWN_AREA = "There is no such area"
    HOME_TOO_WIDE = "A home is a grid or lies in one"
    UNKNOWN_POST = "There is no such post"
    POST_TWICE = "A post is named twice"
    POST_FULL = "The post has no place left"
    VETTED_UNCLAIMED = "A vetted post must be a claimed one"
    NOT_HOURS = "Hours read like: mon-fri 18-22; sat-sun 8-22"
    NOT_A_CAPACITY = "The capacity is a number from 1 to 20"
    NOT_YES_OR_NO = "This must be yes or no"
    GIVEN_TWICE = "Another row has the same"


class Broken(Exception):
    """A cell breaks a rule; carries the rule from the cell to its row, never further."""

    def __init__(self, rule: RosterRule) -> None:
        super().__init__(rule.value)
        self.rule = rule


DEFAULT_CAPACITY = 2
LARGEST_CAPACITY = 20
LONGEST_CELL = 200

_TITLES: Mapping[str, tuple[str, ...]] = {
    "volunteer_id": ("编号", "志愿者编号"),
    "name": ("姓名",),
    "phone": ("手机", "手机号", "手机号码", "电话"),
    "kind": ("类别", "人员类别"),
    "unit": ("所在单位", "单位", "所在单位党组织"),
    "profession": ("职业",),
    "home": ("居住地", "居住网格", "所在网格"),
    "posts": ("认领岗位", "岗位"),
    "vetted_posts": ("已审核岗位",),
    "hours": ("空闲时段", "空闲时间"),
    "capacity": ("接单上限",),
    "on_duty": ("在岗",),
}
COLUMNS = tuple(_TITLES)
REQUIRED = ("volunteer_id", "name", "phone", "kind", "home")
_CODES = {title: code for code, titles in _TITLES.items() for title in (code, *titles)}

_KINDS = {
    "在职": VolunteerKind.IN_SERVICE,
    "在职党员": VolunteerKind.IN_SERVICE,
    "退休": VolunteerKind.RETIRED,
    "退休党员": VolunteerKind.RETIRED,
    "学生": VolunteerKind.STUDENT,
    "伙伴": VolunteerKind.PARTNER,
    "合作伙伴": VolunteerKind.PARTNER,
} | {kind.value: kind for kind in VolunteerKind}
_YES = frozenset({"yes", "true", "1", "是", "在岗"})
_NO = frozenset({"", "no", "false", "0", "否", "不在岗"})
_PHONE_PLUS = re.compile(r"\+[0-9 ()-]+")


@dataclass(frozen=True)
class Known:
    """What cells may refer to; units and professions by code or by either name."""

    areas: AreaTree
    posts: frozenset[str]
    units: Mapping[str, str]
    professions: Mapping[str, str]

    @classmethod
    def of(cls, community: Community) -> Self:
        """From the definition."""
        return cls(
            areas=community.areas,
            posts=frozenset(community.posts_by_id),
            units=_by_any_name((unit.unit_id, unit.name) for unit in community.units),
            professions=_by_any_name((each.code, each.name) for each in community.professions),
        )


def _by_any_name(named: Iterable[tuple[str, Text]]) -> dict[str, str]:
    return {name: code for code, text in named for name in (text.en, text.zh, code)}


def column_of(title: str) -> str | None:
    """The code of the column with this header, in English or Chinese."""
    return _CODES.get(title.strip().lower())


def value_of(code: str, cell: str, known: Known) -> object:
    """Read one cell. Raises :class:`Broken`."""
    text = cell.strip()
    _is_plain(code, text)
    if not text and code in REQUIRED:
        raise Broken(RosterRule.MISSING)
    return _READERS[code](text, known)


def _is_plain(code: str, text: str) -> None:
    if len(text) > LONGEST_CELL and code not in {"posts", "vetted_posts"}:
        raise Broken(RosterRule.TOO_LONG)
    if text.startswith(("=", "+", "-", "@")) and not (code == "phone" and _PHONE_PLUS.fullmatch(text)):
        raise Broken(RosterRule.FORMULA)
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in text):
        raise Broken(RosterRule.CONTROL_CHARACTER)


def _id(text: str, known: Known) -> str:
    if not re.fullmatch(CODE_PATTERN, text) or len(text) > 64:
        raise Broken(RosterRule.NOT_AN_ID)
    return text


def _name(text: str, known: Known) -> str:
    return text


def _phone(text: str, known: Known) -> str:
    try:
        return mobile(text)
    except ValueError as error:
        raise Broken(RosterRule.NOT_A_PHONE) from error


def _kind(text: str, known: Known) -> VolunteerKind:
    try:
        return _KINDS[text.lower()]
    except KeyError as error:
        raise Broken(RosterRule.UNKNOWN_KIND) from error


def _unit(text: str, known: Known) -> str | None:
    if text and text not in known.units:
        raise Broken(RosterRule.UNKNOWN_UNIT)
    return known.units.get(text)


def _profession(text: str, known: Known) -> str | None:
    if text and text not in known.professions:
        raise Broken(RosterRule.UNKNOWN_PROFESSION)
    return known.professions.get(text)


def _home(text: str, known: Known) -> str:
    if text not in known.areas:
        raise Broken(RosterRule.UNKNOWN_AREA)
    if known.areas.grid_of(text) is None:
        raise Broken(RosterRule.HOME_TOO_WIDE)
    return text


def _posts(text: str, known: Known) -> tuple[str, ...]:
    posts = tuple(post for post in re.split(r"[\s;；,，、]+", text) if post)
    if not known.posts.issuperset(posts):
        raise Broken(RosterRule.UNKNOWN_POST)
    if len(set(posts)) < len(posts):
        raise Broken(RosterRule.POST_TWICE)
    return posts


def _hours(text: str, known: Known) -> WeekHours | None:
    try:
        return WeekHours.parse(text) if text else None
    except ValueError as error:
        raise Broken(RosterRule.NOT_HOURS) from error


def _capacity(text: str, known: Known) -> int:
    if not text:
        return DEFAULT_CAPACITY
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= LARGEST_CAPACITY:
        raise Broken(RosterRule.NOT_A_CAPACITY)
    return int(text)


def _on_duty(text: str, known: Known) -> bool:
    if text.lower() not in _YES | _NO:
        raise Broken(RosterRule.NOT_YES_OR_NO)
    return text.lower() in _YES


_READERS: Mapping[str, Callable[[str, Known], object]] = {
    "volunteer_id": _id,
    "name": _name,
    "phone": _phone,
    "kind": _kind,
    "unit": _unit,
    "profession": _profession,
    "home": _home,
    "posts": _posts,
    "vetted_posts": _posts,
    "hours": _hours,
    "capacity": _capacity,
    "on_duty": _on_duty,
}
