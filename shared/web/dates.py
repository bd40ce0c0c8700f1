"""Dates and times as people read them, in the reader's language and zone. Every instant comes in aware."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby

from shared.community.hours import WeekHours
from shared.web.i18n import Language, Reader, current_reader

_DAYS = {
    Language.ZH: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_JOINTS = {Language.ZH: ("至", "、", "；"), Language.EN: ("–", ", ", "; ")}
_ALL_DAY = (1 << 24) - 1
_MINUTES_A_DAY = 24 * 60


def day(at: datetime, reader: Reader | None = None) -> str:
    """``today``, ``tomorrow``, ``yesterday``, else the date, with its year unless it is this one."""
    reader = reader or current_reader()
    local, today = at.astimezone(reader.zone).date(), reader.now().astimezone(reader.zone).date()
    near = {
        today: reader.gettext("today"),
        today + timedelta(days=1): reader.gettext("tomorrow"),
        today - timedelta(days=1): reader.gettext("yesterday"),
    }
    return near.get(local) or _calendar_day(local, today.year, reader.language)


def _calendar_day(local: date, this_year: int, language: Language) -> str:
    name = _DAYS[language][local.weekday()]
    if language is Language.ZH:
        year = "" if local.year == this_year else f"{local.year}年"
        return f"{year}{local.month}月{local.day}日 {name}"
    year = "" if local.year == this_year else f" {local.year}"
    return f"{name} {local.day} {_MONTHS[local.month - 1]}{year}"


def hour(at: datetime, reader: Reader | None = None) -> str:
    """The time of day, 24 hours: ``19:05``."""
    reader = reader or current_reader()
    return at.astimezone(reader.zone).strftime("%H:%M")


def second(at: datetime, reader: Reader | None = None) -> str:
    """The time of day to the second, for whoever compares logs: ``19:05:07``."""
    reader = reader or current_reader()
    return at.astimezone(reader.zone).strftime("%H:%M:%S")


def moment(at: datetime, reader: Reader | None = None) -> str:
    """Day and time: ``today 19:05``, ``11月22日 周日 19:05``."""
    return f"{day(at, reader)} {hour(at, reader)}"


def period(begin: datetime, end: datetime, reader: Reader | None = None) -> str:
    """From one instant to another; the day is said once when it is the same."""
    reader = reader or current_reader()
    if begin.astimezone(reader.zone).date() == end.astimezone(reader.zone).date():
        return f"{moment(begin, reader)}–{hour(end, reader)}"
    return f"{moment(begin, reader)} – {moment(end, reader)}"


def dated_period(begin: datetime, end: datetime, reader: Reader | None = None) -> str:
    """From one instant to another with its date, for what is read on another day than it was written."""
    reader = reader or current_reader()
    this_year = reader.now().astimezone(reader.zone).year
    first, last = begin.astimezone(reader.zone).date(), end.astimezone(reader.zone).date()
    day_and_hour = f"{_calendar_day(first, this_year, reader.language)} {hour(begin, reader)}"
    if first == last:
        return f"{day_and_hour}–{hour(end, reader)}"
    return f"{day_and_hour} – {_calendar_day(last, this_year, reader.language)} {hour(end, reader)}"


def duration(span: timedelta, reader: Reader | None = None) -> str:
    """A length of time in its two largest units, down to minutes: ``2 days 3 hours``, ``5 minutes``."""
    reader = reader or current_reader()
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours, rest = minutes // _MINUTES_A_DAY, minutes % _MINUTES_A_DAY // 60, minutes % 60
    parts = [
        (days, reader.ngettext("%(count)d day", "%(count)d days", days)),
        (hours, reader.ngettext("%(count)d hour", "%(count)d hours", hours)),
        (rest, reader.ngettext("%(count)d minute", "%(count)d minutes", rest)),
    ]
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    said = [text % {"count": count} for count, text in parts[first : first + 2] if count]
    return " ".join(said or [parts[-1][1] % {"count": 0}])


def date_of(local: date, reader: Reader | None = None) -> str:
    """A local day as it stands on a paper, always with its year: ``2026年11月22日``, ``22 Nov 2026``."""
    if (reader or current_reader()).language is Language.ZH:
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def month(year: int, number: int, reader: Reader | None = None) -> str:
    """A month: ``2026年11月``, ``Nov 2026``."""
    is_chinese = (reader or current_reader()).language is Language.ZH
    return f"{year}年{number}月" if is_chinese else f"{_MONTHS[number - 1]} {year}"


def hours(minutes: int, reader: Reader | None = None) -> str:
    """How long work took, in hours and minutes and never in days: ``26 hours 30 minutes``."""
    reader = reader or current_reader()
    whole, rest = divmod(max(0, minutes), 60)
    parts = [
        (whole, reader.ngettext("%(count)d hour", "%(count)d hours", whole)),
        (rest, reader.ngettext("%(count)d minute", "%(count)d minutes", rest)),
    ]
    return " ".join(text % {"count": count} for count, text in parts if count) or parts[0][1] % {"count": 0}


def opening(hours: WeekHours, reader: Reader | None = None) -> str:
    """The hours of a week at which something is open: ``Mon–Fri 9:00–12:00, 14:00–17:00; Sat 9:00–12:00``."""
    reader = reader or current_reader()
    names, to, comma, semicolon = _DAYS[reader.language], *_JOINTS[reader.language]
    told = []
    for bits, days in groupby(range(7), lambda day: hours.bits >> day * 24 & _ALL_DAY):
        line = list(days)
        if bits:
            span = names[line[0]] + (f"{to}{names[line[-1]]}" if len(line) > 1 else "")
            told.append(f"{span} {comma.join(_spans(bits))}")
    return semicolon.join(told)


def _spans(bits: int) -> list[str]:
    """The hours of one day, joined where they follow each other."""
    edges = [hour for hour in range(25) if (bits >> hour & 1) != (bits >> hour - 1 & 1 if hour else 0)]
    return [f"{begin}:00–{end}:00" for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def until(at: datetime, reader: Reader | None = None) -> str:
    """How long there is from now until an instant; "now" once it has passed."""
    reader = reader or current_reader()
    left = at - reader.now()
    return duration(left, reader) if left >= timedelta(minutes=1) else reader.gettext("now")
