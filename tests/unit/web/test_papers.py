"""Days, months and hours as they stand on a paper, in both languages."""

from __future__ import annotations

from datetime import date

from shared.web import dates
from shared.web.i18n import Language, Readers

ZH, EN = (Readers().of(language) for language in (Language.ZH, Language.EN))


def test_days_and_months_have_their_year() -> None:
    """Whatever day it is read on."""
    day = date(2026, 11, 2)
    assert ["2026年11月2日", "2 Nov 2026"] == [dates.date_of(day, reader) for reader in (ZH, EN)]
    assert ["2026年1月", "Jan 2026"] == [dates.month(2026, 1, reader) for reader in (ZH, EN)]


def test_work_is_counted_in_hours_and_never_in_days() -> None:
    """Thirty hours are thirty hours; nothing is no hours."""
    told = [dates.hours(minutes, EN) for minutes in (0, 1, 60, 30 * 60 + 5)]
    assert ["0 hours", "1 minute", "1 hour", "30 hours 5 minutes"] == told
    assert "30 小时 5 分钟" == dates.hours(30 * 60 + 5, ZH)
