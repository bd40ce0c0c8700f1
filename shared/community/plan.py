"""Free hours as people write them into a roster: ``mon-fri 18-22; sat-sun 8-22`` or ``周一至周五 18-22；周末
8-22``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAYS = {name: day for names in (_ENGLISH, _CHINESE) for day, name in enumerate(names)} | {"周天": 6}
_SPANS = {
    "daily": range(7),
    "每天": range(7),
    "weekdays": range(5),
    "工作日": range(5),
    "weekends": range(5, 7),
    "周末": range(5, 7),
}
_PART = re.compile(r"(?P<days>[a-z一-鿿-]+?)\s*(?P<from>\d{1,2})[-至到](?P<to>\d{1,2})")


def hours_of_plan(text: str) -> Iterator[int]:
    """The hours of the week of a plan: days, a space, whole hours of the day from 0 to 24; parts end with a
    semicolon.

    ``fri 22-6`` goes on into the next day. Raises ``ValueError`` for anything else.
    """
    for part in re.split(r"[;；]", text.strip().lower()):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError("hours are 42 hex digits or a plan such as: mon-fri 18-22; sat-sun 8-22")
        begin, end = int(match["from"]), int(match["to"])
        if begin > 23 or end > 24 or begin == end:
            raise ValueError("a plan's hours run from 0 to 24 and must not be empty")
        length = end - begin if end > begin else end + 24 - begin
        for day in _days(match["days"]):
            yield from ((day * 24 + begin + hour) % 168 for hour in range(length))


def _days(text: str) -> range:
    if text in _SPANS:
        return _SPANS[text]
    days = [_DAYS.get(name, -1) for name in re.split(r"[-至到]", text)]
    if len(days) > 2 or min(days) < 0 or days[0] > days[-1]:
        raise ValueError("a plan's days are mon to sun, in that order")
    return range(days[0], days[-1] + 1)
