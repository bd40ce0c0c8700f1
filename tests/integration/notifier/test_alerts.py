"""What an audit alerts of reaches ops and the coordinator above, seldom and without saying who it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from services.notifier.repository import NO_ORDER
from services.notifier.use_cases.alerting import Alert
from shared.contracts.audit import SYSTEM, Deed, What
from shared.contracts.words import Role
from shared.persistence.auditing import note_deeds
from tests.integration.notifier.running import Place
from tests.unit.notifier.story import Story

AT = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
OPS, ABOVE = ("alerted", "ops", "ops"), ("alerted", "coordinator", "small")


async def test_ops_and_the_coordinator_above_hear_of_it_once_an_hour(place: Place) -> None:
    """However many alerts there are, and however often and by however many processes they are looked at."""
    east, here = replace(SYSTEM, area="east-g1"), [Alert("east-g1", AT)] * 100
    async with place.writing() as notifier:
        alerts = [Deed(east, What.ALERTED, subject=f"c-{n}", field="reveals") for n in range(3)]
        await notifier.machinery.writer.do(note_deeds, alerts)
        await notifier.alert_clock.look()
        await notifier.alert_clock.look()
    first = sorted(await place.notices())
    async with place.writing() as notifier:
        await notifier.alert_clock.look()
        again = sorted(await place.notices())
        for _ in range(2):
            await notifier.machinery.writer.do(notifier.alerting.tell_of_alerts, here)
    assert ([ABOVE, OPS], first) == (first, again)
    assert [ABOVE, ABOVE, OPS, OPS] == sorted(await place.notices())


async def test_what_a_volunteer_did_is_placed_by_one_of_the_orders(place: Place) -> None:
    """A volunteer's deeds name no area: the coordinator above the order's grid hears of it."""
    story = Story()
    await place.hear([story.placed()])
    async with place.writing() as notifier:
        alert = Deed(SYSTEM, What.ALERTED, story.order_id, "v-1", "fetches", "20/20")
        await notifier.machinery.writer.do(note_deeds, [alert])
        await notifier.alert_clock.look()
    assert {OPS, ABOVE} <= set(await place.notices())


async def test_what_nobody_can_place_is_told_to_ops_alone(place: Place) -> None:
    """References guessed by strangers; and an area that is no more."""
    async with place.writing() as notifier:
        await notifier.machinery.writer.do(notifier.alerting.tell_of_alerts, [Alert("", AT), Alert("elsewhere", AT)])
    assert [OPS] == await place.notices()


async def test_a_notice_of_alerts_says_where_to_look_and_names_nobody(place: Place) -> None:
    """In both languages; about no order."""
    async with place.writing() as notifier:
        alert = Deed(replace(SYSTEM, area="east-g1"), What.ALERTED, subject="c-7", field="reads")
        await notifier.machinery.writer.do(note_deeds, [alert])
        await notifier.alert_clock.look()
    coordinator = place.token(Role.COORDINATOR, "c-1", "small")
    async with place.serving() as client:
        english = (await client.get("/api/letterbox", headers=coordinator)).json()["items"]
        chinese = (await client.get("/api/letterbox", headers={**coordinator, "accept-language": "zh-CN"})).json()
    texts = [english[0]["text"], chinese["items"][0]["text"]]
    assert (1, "alerted", NO_ORDER, "") == (
        len(english),
        *(english[0][key] for key in ("kind", "order_id", "reference")),
    )
    assert [True, True] == ["Looks and alerts" in texts[0], "查看记录与提醒" in texts[1]]
    assert [] == [text for text in texts if "c-7" in text]
