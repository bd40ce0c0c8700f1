"""Who reads, in which language and zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest
from fastapi import FastAPI

from shared.web import dates
from shared.web.i18n import Language, Reader, Readers, current_reader, preferred
from shared.web.own_paths import own_path
from tests.unit.web.conftest import visitor

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)  # Sunday, 19:00 in Shanghai


@pytest.fixture
def reader() -> Callable[[Language], Reader]:
    """Readers in Shanghai on that Sunday evening."""
    return Readers(zone=SHANGHAI, now=lambda: NOW).of


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("", Language.ZH),
        ("de, fr;q=0.9", Language.ZH),
        ("en", Language.EN),
        ("EN-gb", Language.EN),
        ("zh-TW,en;q=0.9", Language.ZH),
        ("en;q=0.3, zh;q=0.8", Language.ZH),
        ("fr, en;q=0.2", Language.EN),
        ("en;q=0, zh;q=0.1", Language.ZH),
        ("en;q=nonsense", Language.ZH),
        (";;;,,q=1,en;level=1", Language.EN),
    ],
)
def test_the_browser_asks_for_a_language(accept_language: str, language: Language) -> None:
    """The best of ours that is asked for; Chinese when none is."""
    assert language == preferred(accept_language)


async def test_the_chosen_language_wins_over_the_browsers(teahouse: FastAPI) -> None:
    """The switch on the page sets a cookie, which counts from then on; the page leads back to itself."""
    async with visitor(teahouse, accept="text/html", **{"accept-language": "zh-CN"}) as client:
        before = await client.get("/raise/conflict")
        chosen = {"language": "en", "back": "/tea?cups=2"}
        switch = await client.post("/view", data=chosen, headers={"sec-fetch-site": "same-origin"})
        after = await client.get("/raise/conflict")
    assert ("zh-CN", "en") == (before.headers["content-language"], after.headers["content-language"])
    assert (303, "/tea?cups=2") == (switch.status_code, switch.headers["location"])
    assert "This is no longer possible" in after.text


async def test_the_large_view_is_remembered(client: httpx2.AsyncClient) -> None:
    """长辈版 is a class on the page, kept in a cookie, and can be left again."""
    pages = [(await client.get("/tea")).text]
    for choice in ("1", "0"):
        await client.post("/view", data={"elder": choice}, headers={"sec-fetch-site": "same-origin"})
        pages.append((await client.get("/tea")).text)
    assert [False, True, False] == ['class="elder"' in page for page in pages]


async def test_a_choice_that_is_none_is_ignored(client: httpx2.AsyncClient) -> None:
    """Nothing but our own values gets into a cookie."""
    answer = await client.post("/view", data={"language": "xx; Domain=evil", "elder": "2"})
    assert (303, "/") == (answer.status_code, answer.headers["location"])
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "address",
    ["http://evil.test/", "//evil.test", "/\\evil.test", "\\evil", "evil", "javascript:x", "", "/a\r\nb", "/a b"],
)
def test_going_back_never_leads_elsewhere(address: str) -> None:
    """An address that is not a clean path of our own becomes the first page."""
    assert "/" == own_path(address)


def test_going_back_keeps_a_path_with_its_query() -> None:
    """Our own paths stay as they are."""
    assert "/orders/A-1?cursor=x%20y" == own_path("/orders/A-1?cursor=x%20y")


def test_outside_of_a_request_texts_stay_english() -> None:
    """Code without a reader still speaks."""
    assert "Not found" == current_reader().gettext("Not found")


def test_a_missing_text_is_not_the_catalogues_header(reader: Callable[[Language], Reader]) -> None:
    """gettext answers the header for an empty id; we answer nothing."""
    assert "" == reader(Language.ZH).gettext("")


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        (NOW, "今天 19:00", "today 19:00"),
        (NOW + timedelta(hours=5), "明天 00:00", "tomorrow 00:00"),
        (NOW - timedelta(days=1), "昨天 19:00", "yesterday 19:00"),
        (NOW + timedelta(days=3), "11月25日 周三 19:00", "Wed 25 Nov 19:00"),
        (NOW + timedelta(days=40), "2027年1月1日 周五 19:00", "Fri 1 Jan 2027 19:00"),
    ],
)
def test_a_moment_is_told_in_the_communitys_zone(
    reader: Callable[[Language], Reader], at: datetime, chinese: str, english: str
) -> None:
    """Near days have names; the date of the community counts, not the server's."""
    assert chinese == dates.moment(at, reader(Language.ZH))
    assert english == dates.moment(at, reader(Language.EN))


def test_a_period_says_its_day_once(reader: Callable[[Language], Reader]) -> None:
    """Within a day the end is a time, beyond it a moment."""
    chinese = reader(Language.ZH)
    assert "今天 19:00–20:30" == dates.period(NOW, NOW + timedelta(minutes=90), chinese)
    assert "今天 19:00 – 明天 01:00" == dates.period(NOW, NOW + timedelta(hours=6), chinese)


@pytest.mark.parametrize(
    ("span", "chinese", "english"),
    [
        (timedelta(seconds=59), "0 分钟", "0 minutes"),
        (timedelta(minutes=1), "1 分钟", "1 minute"),
        (timedelta(minutes=125), "2 小时 5 分钟", "2 hours 5 minutes"),
        (timedelta(hours=24), "1 天", "1 day"),
        (timedelta(days=2, minutes=5), "2 天", "2 days"),
        (timedelta(days=-1), "0 分钟", "0 minutes"),
    ],
)
def test_a_duration_has_two_units_at_most(
    reader: Callable[[Language], Reader], span: timedelta, chinese: str, english: str
) -> None:
    """Neighbouring units only: two days and five minutes are two days."""
    assert (chinese, english) == tuple(dates.duration(span, reader(language)) for language in Language)


def test_what_has_passed_is_now(reader: Callable[[Language], Reader]) -> None:
    """A countdown never goes below."""
    chinese = reader(Language.ZH)
    assert ["3 分钟", "现在"] == [dates.until(NOW + timedelta(minutes=m), chinese) for m in (3, -3)]
