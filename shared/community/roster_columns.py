"""The columns of a roster's volunteers: what they are called, and how each cell is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from shared.community.areas import AreaTree
from shared.community.definition import Community
from shared.community.hours import VolunteerKind, WeekHours
from shared.community.phones import mobile
from shared.community.posts import Unit
from shared.community.roster_faults import Broken, RosterRule
from shared.community.text import CODE_PATTERN, Text

DEFAULT_CAPACITY = 2
LARGEST_CAPACITY = 20
LARGEST_BUDGET = 50
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
    "daily_offers": ("每日邀请上限",),
    "urgent_at_work": ("上班时可接急单",),
    "secretary": ("单位书记",),
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
_NO = frozenset({"no", "false", "0", "否", "不在岗"})
_PHONE_PLUS = re.compile(r"\+[0-9 ()-]+")


@dataclass(frozen=True)
class Known:
    """What cells may refer to; units and professions by code or by either name."""

    areas: AreaTree
    posts: frozenset[str]
    units: Mapping[str, str]
    professions: Mapping[str, str]

    @classmethod
    def of(cls, community: Community, units: Iterable[Unit] = ()) -> Self:
        """From the definition and further units."""
        return cls(
            areas=community.areas,
            posts=frozenset(community.posts_by_id),
            units=_by_any_name((unit.unit_id, unit.name) for unit in (*community.units, *units)),
            professions=_by_any_name((each.code, each.name) for each in community.professions),
        )


def _by_any_name(named: Iterable[tuple[str, Text]]) -> dict[str, str]:
    return {name: code for code, text in named for name in (text.en, text.zh, code)}


def column_of(title: str) -> str | None:
    """The code of the column with this header, in English or Chinese."""
    return _CODES.get(title.strip().lower())


def title_of(code: str) -> str:
    """What a Chinese spreadsheet calls a column; a header nobody knows as it is written."""
    return _TITLES[code][0] if code in _TITLES else code


def value_of(code: str, cell: str, known: Known) -> object:
    """Read one cell of a volunteer. Raises :class:`Broken`."""
    text = cell.strip()
    check_plain(text, code)
    if not text and code in REQUIRED:
        raise Broken(RosterRule.MISSING)
    return _READERS[code](text, known)


COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet takes for a formula or for a cell of its own; Chinese ones in full width too."""


def check_plain(text: str, code: str = "") -> None:
    """Raises :class:`Broken` for a text that no cell may have."""
    if len(text) > LONGEST_CELL and code not in {"posts", "vetted_posts"}:
        raise Broken(RosterRule.TOO_LONG)
    if text.startswith(COMPUTED) and not (code == "phone" and _PHONE_PLUS.fullmatch(text)):
        raise Broken(RosterRule.FORMULA)
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in text):
        raise Broken(RosterRule.CONTROL_CHARACTER)


def id_of(text: str, known: Known) -> str:
    """A code of a volunteer or a unit."""
    if not re.fullmatch(CODE_PATTERN, text) or len(text) > 64:
        raise Broken(RosterRule.NOT_AN_ID)
    return text


def words_of(text: str, known: Known) -> str:
    """A name as it is written."""
    return text


def phone_of(text: str, known: Known) -> str:
    """A mobile phone as E.164. Raises :class:`Broken`."""
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
    return _number(text, LARGEST_CAPACITY, RosterRule.NOT_A_CAPACITY) if text else DEFAULT_CAPACITY


def _daily_offers(text: str, known: Known) -> int | None:
    return _number(text, LARGEST_BUDGET, RosterRule.NOT_A_BUDGET) if text else None


def _number(text: str, most: int, rule: RosterRule) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= most:
        raise Broken(rule)
    return int(text)


def yes_or_no(text: str, known: Known) -> bool | None:
    """Yes, no, or None when nothing is written."""
    if not text:
        return None
    if text.lower() not in _YES | _NO:
        raise Broken(RosterRule.NOT_YES_OR_NO)
    return text.lower() in _YES


_READERS: Mapping[str, Callable[[str, Known], object]] = {
    "volunteer_id": id_of,
    "name": words_of,
    "phone": phone_of,
    "kind": _kind,
    "unit": _unit,
    "profession": _profession,
    "home": _home,
    "posts": _posts,
    "vetted_posts": _posts,
    "hours": _hours,
    "capacity": _capacity,
    "on_duty": yes_or_no,
    "daily_offers": _daily_offers,
    "urgent_at_work": yes_or_no,
    "secretary": yes_or_no,
}
