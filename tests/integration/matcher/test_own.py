"""What volunteers make of their own: a public card, an address of their calendar, certificates; and thanks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import text

from services.matcher.commands import Register
from services.matcher.commands.departing import SuspendVolunteer
from services.matcher.models import Unit
from services.matcher.use_cases.availing import Own
from services.matcher.use_cases.departing import AboutVolunteer
from shared.contracts import intake, matcher
from shared.contracts.words import Role, Window
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, volunteer

MEDIATION = "mediation-maoling-east"
COMMUNITY = "maoling-east"
PROMISE = "搬得动的我来搬 <b>"
CARD = {"name_shown": "family", "title": "master", "promise": PROMISE, "posts": True}


@dataclass
class Me:
    """A volunteer at the doors of a house. ``began``: how far its audit, which nobody empties, had come before."""

    house: House
    began: int
    who: str = "v-1"

    @property
    def headers(self) -> dict[str, str]:
        """Of a caller in a browser that reads English."""
        return self.house.as_(Role.VOLUNTEER, self.who) | {
            "sec-fetch-site": "same-origin",
            "accept-language": "en",
        }

    async def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON."""
        answer = await self.house.client.request(method, path, headers=self.headers, json=body)
        return answer.status_code, answer.json()

    async def post(self, path: str, fields: dict[str, Any] | None = None) -> tuple[int, str]:
        """A form: the status, and where it leads or what it shows."""
        answer = await self.house.client.post(path, headers=self.headers, data=fields or {})
        return answer.status_code, answer.headers.get("location") or answer.text

    async def look(self, path: str) -> str:
        """A page that is there."""
        answer = await self.house.client.get(path, headers=self.headers)
        assert 200 == answer.status_code, answer.text
        return str(answer.text)

    async def serve(self, minutes: int, rating: int | None = None, outcome: str = "fixed") -> str:
        """Complete an order that is reviewed afterwards; its number."""
        stage = self.house.stage
        order_id = await stage.place()
        offer = await stage.last(matcher.OfferMade)
        assignment_id = await stage.accept(offer)
        await stage.start(assignment_id, self.who)
        await stage.complete(assignment_id, self.who, minutes)
        said = {"outcome": outcome, "rating": rating, "reviewed_at": stage.now}
        fact = stage.following(order_id, intake.OrderReviewed, **said)
        await stage.do(stage.use_cases.thanking.hear, fact)
        return order_id.replace("o-", "R-")


@pytest.fixture
async def me(house: House) -> Me:
    """A mediator of the community."""
    await house.stage.enrol(volunteer("v-1", MEDIATION).model_copy(update={"name": "欧阳海"}))
    async with house.stage.database.reading() as session:
        began = await session.scalar(text("SELECT coalesce(max(sequence), 0) FROM audit"))
    return Me(house, int(began or 0))


async def stranger(house: House, path: str) -> tuple[int, str]:
    """What anybody reads."""
    answer = await house.client.get(path, headers={"accept": "text/html", "accept-language": "en"})
    return answer.status_code, answer.text


async def deeds(me: Me) -> list[tuple[str, str, str]]:
    """What the audit has of the volunteer's own since then, the oldest first."""
    query = "SELECT what, field, reason FROM audit WHERE actor = :who AND sequence > :began ORDER BY sequence"
    told = {"who": me.who, "began": me.began}
    async with me.house.stage.database.reading() as session:
        return [
            (str(what), str(field), str(reason)) for what, field, reason in await session.execute(text(query), told)
        ]


async def test_a_card_is_seen_by_anybody_until_it_is_taken_back(me: Me) -> None:
    """Family name, promise and post, escaped; never a number, a unit or hours. Its address ends with it."""
    house = me.house
    status, said = await me.send("PUT", "/api/me/card", CARD)
    first = said["public_card"]["card_id"]
    assert (200, True, COMMUNITY) == (status, said["public_card"]["seen"], said["public_card"]["community"])
    status, page = await stranger(house, f"/cards/{first}")
    shown = ("Master 欧阳", "搬得动的我来搬 &lt;b&gt;", "海", said["phone"])
    assert (200, [True, True, False, False]) == (status, [one in page for one in shown])
    answer = await house.client.get(f"/cards?area={COMMUNITY}")
    assert (True, "noindex") == (f"card-{first}" in answer.text, answer.headers["x-robots-tag"])
    assert f'href="/cards?area={COMMUNITY}"' in (await stranger(house, "/cards"))[1]
    assert (303, "/card/public") == await me.post("/card/public", {"name_shown": "full"})
    assert "欧阳海" in (await stranger(house, f"/cards/{first}"))[1]
    assert (303, "/card/public") == await me.post("/card/public/end")
    assert (404, 404) == ((await stranger(house, f"/cards/{first}"))[0], (await me.post("/card/public/end"))[0])
    again = (await me.send("PUT", "/api/me/card", CARD))[1]["public_card"]["card_id"]
    assert (200, 404) == ((await me.send("DELETE", "/api/me/card"))[0], (await me.send("DELETE", "/api/me/card"))[0])
    assert first != again
    shown_and_back = [("edited", "public_card", one) for one in ("shown", "shown", "taken_back", "shown", "taken_back")]
    assert shown_and_back == await deeds(me)


async def test_a_card_that_cannot_be_is_shown_again_as_it_was_typed(me: Me) -> None:
    """Nothing is kept; nor is there a community that is none."""
    status, page = await me.post("/card/public", {"name_shown": "nickname", "promise": "x" * 301})
    assert (422, True, True) == (status, 'id="faults"' in page, "x" * 301 in page)
    assert (404, "") == ((await stranger(me.house, "/cards?area=nowhere"))[0], (await me.look("/card")) and "")
    assert (await me.send("GET", "/api/me"))[1]["public_card"] is None


async def test_nobody_sees_the_card_of_who_is_hidden_gone_or_lives_elsewhere(me: Me) -> None:
    """Asked at each look: a hidden employer, a suspension, another community; leaving ends it."""
    house, stage = me.house, me.house.stage
    card = (await me.send("PUT", "/api/me/card", CARD))[1]["public_card"]["card_id"]

    async def seen() -> tuple[int, bool]:
        listed = card in (await stranger(house, f"/cards?area={COMMUNITY}"))[1]
        return (await stranger(house, f"/cards/{card}"))[0], listed

    assert (200, True) == await seen()
    async with stage.database.writing() as session:
        session.add(Unit(unit_id="court", name_zh="法院", name_en="Court", located_in=GRID, hidden=True))
    for wish, there in (({"home": GRID, "unit": "court"}, False), ({"home": GRID}, True), ({"home": FAR_GRID}, False)):
        await stage.do(stage.use_cases.availing.register, Own("v-1", Register.model_validate(wish)))
        assert there == (await seen() == (200, True)), wish
    await stage.do(
        stage.use_cases.availing.register, Own("v-1", Register.model_validate({"home": GRID, "unit": "court"}))
    )
    assert 409 == (await me.send("PUT", "/api/me/card", CARD))[0]
    await stage.do(stage.use_cases.availing.register, Own("v-1", Register(home=GRID)))
    stop = AboutVolunteer("v-1", "c-1", [GRID], SuspendVolunteer(reason="complaints"))
    await stage.do(stage.use_cases.departing.suspend, stop)
    assert ((404, False), 404) == (await seen(), (await me.send("PUT", "/api/me/card", CARD))[0])
    await house.tap("/api/me/leave", me.headers, {"leave": True})
    assert (await me.send("GET", "/api/me"))[1]["public_card"] is None


async def calendar(me: Me, address: str, tag: str = "") -> tuple[int, str, Any]:
    """What a program fetches: status, tag, events by summary."""
    headers = {"if-none-match": tag} if tag else {}
    answer = await me.house.client.get(address, headers=headers)
    events = Calendar.from_ical(answer.content).walk("VEVENT") if answer.status_code == 200 else []
    return answer.status_code, answer.headers.get("etag", ""), events


async def test_a_calendar_is_fetched_by_its_address_until_it_is_taken_back(
    me: Me, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is taken with its window, place and number; free hours and duty; the same file for the same facts."""
    house, stage = me.house, me.house.stage
    window = Window(from_=stage.now + timedelta(hours=20), to=stage.now + timedelta(hours=22))
    order_id = await stage.place(window=window)
    assignment_id = await stage.accept(await stage.last(matcher.OfferMade))
    address = (await me.send("PUT", "/api/me/calendar", {"language": "en"}))[1]["address"]
    assert address in await me.look("/card/calendar")
    status, tag, events = await calendar(me, address)
    (taken,) = [one for one in events if one["uid"] == f"{assignment_id}@paidan"]
    begins = taken["dtstart"].dt
    assert (200, f"Neighbour dispute {order_id.replace('o-', 'R-')}") == (status, str(taken["summary"]))
    assert (window.from_, "Asia/Shanghai", window.to) == (begins, str(begins.tzinfo), taken["dtend"].dt)
    assert "Maoling East Street" in str(taken["location"])
    assert 28 == len({one["dtstart"].dt.date() for one in events if one["summary"] == "You may be asked"})
    assert (304, tag) == (await calendar(me, address, tag))[:2]
    await house.ask("PUT", "/api/me/duty", me.headers, {"on_duty": True})
    await stage.hand_back(assignment_id, "v-1")
    changed = (await calendar(me, address, tag))[2]
    ids = {str(one["uid"]) for one in changed}
    assert (False, 1) == (
        f"{assignment_id}@paidan" in ids,
        sum(
            str(one["summary"]).startswith("On duty") and not isinstance(one["dtstart"].dt, datetime) for one in changed
        ),
    )
    assert (303, "/card/calendar") == await me.post("/card/calendar")
    assert 404 == (await calendar(me, address))[0]
    newer = (await me.send("PUT", "/api/me/calendar", {}))[1]["address"]
    assert (200, 200) == ((await calendar(me, newer))[0], (await me.send("DELETE", "/api/me/calendar"))[0])
    assert [404, 404] == [(await calendar(me, one))[0] for one in (newer, newer.replace("/calendar/A", "/calendar/B"))]
    said = capsys.readouterr()
    assert [] == [one for one in (address, newer) if one.split("/")[-2] in said.out + said.err]
    assert [("keyed", "calendar", one) for one in ("made", "made", "made", "taken_back")] == [
        one for one in await deeds(me) if one[0] == "keyed"
    ]


async def test_hours_and_thanks_are_counted_by_month(me: Me) -> None:
    """Thanked is who served what was fixed and not rated badly; the page shows numbers and the order's number."""
    first = await me.serve(30, rating=5)
    await me.serve(45, rating=2)
    page = await me.look("/card")
    assert (1, 75) == (
        (await me.send("GET", "/api/me"))[1]["thanks"],
        (await me.send("GET", "/api/me"))[1]["served_minutes"],
    )
    assert [True, True, True] == [one in page for one in ("1 hour 15 minutes", "Nov 2026", first)]


async def test_a_certificate_is_known_by_whoever_has_the_paper(me: Me) -> None:
    """Number, name and code together; another name or code is answered like a number that is none."""
    house = me.house
    assert 409 == (await me.post("/card/certificates", {"year": "this"}))[0]
    await me.serve(90)
    status, paper = await me.post("/card/certificates", {"year": "this"})
    assert (303, paper) == (status, (await me.post("/card/certificates", {"year": "this"}))[1])
    page = await me.look(paper)
    certificate = (await me.send("GET", "/api/me"))[1]["certificates"][0]
    period = {"first_day": "2026-11-01", "last_day": "2026-11-22"}
    issued = (await me.send("POST", "/api/me/certificates", period))[1]
    assert [True, True, True] == [one in page for one in (certificate, "欧阳海", "1 hour 30 minutes")]
    assert issued["number"] in await me.look("/card/certificates")
    told = {"number": issued["number"].lower(), "name": "欧阳 海", "code": issued["code"].replace("-", "").lower()}

    async def checked(**other: str) -> tuple[int, bool]:
        sent = {"sec-fetch-site": "same-origin", "accept-language": "en"}
        answer = await house.client.post("/certificates/check", headers=sent, data=told | other)
        return answer.status_code, "It was issued here" in answer.text

    wrong = [{"name": "欧阳"}, {"code": "AAAA-AAAA-AAAA"}, {"number": "261122-AAAA-AAAA"}, {"number": certificate}]
    assert (200, True) == await checked()
    assert [(404, False)] * 4 == [await checked(**one) for one in wrong]
    assert (422, False) == await checked(code="")
    assert 404 == (await house.client.get(paper, headers=house.as_(Role.VOLUNTEER, "v-2"))).status_code
    assert 409 == (await me.post("/card/certificates", {"first_day": "2026-11-20", "last_day": "2026-11-10"}))[0]
    assert [("exported", "certificate", "")] * 2 == [one for one in await deeds(me) if one[0] == "exported"]


async def test_leaving_and_erasing_end_what_leads_out(me: Me) -> None:
    """Card and calendar are in the copy, and gone with the volunteer; a paper stays good for who has it."""
    await me.serve(60)
    await me.send("PUT", "/api/me/card", CARD)
    address = (await me.send("PUT", "/api/me/calendar", {}))[1]["address"]
    issued = (await me.send("POST", "/api/me/certificates", {"first_day": "2026-01-01", "last_day": "2026-11-22"}))[1]
    kept = (await me.house.client.get("/availability/copy", headers=me.headers)).json()
    assert (PROMISE, True, [issued["number"]], 1) == (
        kept["public_card"]["promise"], kept["calendar_since"] is not None, kept["certificates"], kept["thanks"],
    )  # fmt: skip
    assert (303, "/availability") == await me.post("/availability/leave", {"leave": "true"})
    assert 404 == (await calendar(me, address))[0]
    assert (303, "/availability") == await me.post("/availability/erase", {"sure": "true"})
    async with me.house.stage.database.reading() as session:
        rows = "SELECT (SELECT count(*) FROM public_cards) + (SELECT count(*) FROM calendar_feeds)"
        left = (await session.execute(text(rows))).scalar_one()
    assert 0 == left
    period = {"first_day": date(2026, 1, 1).isoformat(), "last_day": "2026-11-22"}
    assert 404 == (await me.send("POST", "/api/me/certificates", period))[0]


async def test_a_part_of_the_week_is_one_press_and_limits_leave_the_hours_alone(me: Me) -> None:
    """Evenings on and off again; how much one takes on is a form of its own."""
    before = (await me.send("GET", "/api/me"))[1]
    assert (303, "/availability") == await me.post("/availability", {"capacity": "2", "daily_offers": "5"})
    limited = (await me.send("GET", "/api/me"))[1]
    assert (before["hours"], 2, 5) == (limited["hours"], limited["capacity"], limited["daily_offers"])
    await me.post("/availability", {"week": "1"})
    assert (303, "/availability") == await me.post("/availability/week", {"part": "evenings"})
    assert "Mon–Fri 18:00–22:00" in await me.look("/availability")
    await me.post("/availability/week", {"part": "evenings"})
    after = (await me.send("GET", "/api/me"))[1]
    assert ("0" * 42, 2) == (after["hours"], after["capacity"])
    assert 422 == (await me.post("/availability/week", {"part": "lunch"}))[0]
