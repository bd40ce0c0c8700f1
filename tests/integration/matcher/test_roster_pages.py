"""Pages of posts and of one's time: plain forms that work without a script, in both languages."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from services.matcher.queries.roster_views import MeView
from shared.community.hours import WeekHours
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, volunteer

SAFETY, MEDIATION = "safety-maoling-east-g1", "mediation-maoling-east"
WEEK = {"week": "1", "capacity": "3", "daily_offers": "4"}


class Forms(HTMLParser):
    """Where the forms of a page lead, and which boxes are ticked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.actions: list[str] = []
        self.ticked: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        told = dict(attrs)
        if tag == "form":
            self.actions.append(told["action"] or "")
        if tag == "input" and told.get("type") == "checkbox" and "checked" in told:
            self.ticked.append(f"{told['name']}={told['value']}")


class Visitor:
    """A browser of one caller, without scripts."""

    def __init__(self, house: House, role: Role, subject: str, area: str | None = None) -> None:
        self._client = house.client
        self._headers = house.as_(role, subject, area) | {"sec-fetch-site": "same-origin", "accept-language": "en"}

    async def look(self, path: str, language: str = "en") -> str:
        """A page that must be there."""
        answer = await self._client.get(path, headers=self._headers | {"accept-language": language})
        assert 200 == answer.status_code, answer.text
        return str(answer.text)

    async def send(self, path: str, fields: dict[str, Any] | None = None) -> tuple[int, str]:
        """Send a form: the status, and where it leads or what it shows."""
        answer = await self._client.post(path, headers=self._headers, data=fields or {})
        return answer.status_code, answer.headers.get("location") or answer.text

    async def me(self) -> MeView:
        """The card behind the pages."""
        return MeView.model_validate((await self._client.get("/api/me", headers=self._headers)).json())


@pytest.fixture
async def me(house: House) -> Visitor:
    """A driver of the grid, who may take up its post for safety."""
    row = volunteer("v-1", hours=WeekHours.parse("mon 8-10")).model_copy(update={"profession": "driver"})
    await house.stage.enrol(row)
    return Visitor(house, Role.VOLUNTEER, "v-1")


async def test_a_post_is_taken_up_and_released_by_forms(me: Visitor) -> None:
    """What may be claimed has a button, what is mine another one, and the rest says why not."""
    page = await me.look("/posts")
    claim, release = f"/posts/{SAFETY}/claim", f"/posts/{SAFETY}/release"
    assert (True, False) == (claim in Forms(page).actions, release in Forms(page).actions)
    assert (True, False) == ("This post asks for another profession" in page, f"/posts/{MEDIATION}/claim" in page)
    assert (303, "/posts") == await me.send(claim)
    page = await me.look("/posts")
    assert (False, True) == (claim in Forms(page).actions, release in Forms(page).actions)
    status, page = await me.send(claim)
    assert (409, True) == (status, "You have claimed this post already" in page)
    assert (303, "/posts") == await me.send(release)
    assert claim in Forms(await me.look("/posts")).actions


async def test_a_coordinator_vets_on_a_page(house: House) -> None:
    """Who waits has two buttons; approved, nobody waits. Idle posts are listed below."""
    judge = volunteer("v-1").model_copy(update={"profession": "judge"})
    await house.stage.enrol(judge)
    me, desk = Visitor(house, Role.VOLUNTEER, "v-1"), Visitor(house, Role.COORDINATOR, "c", "maoling-east")
    await me.send(f"/posts/{MEDIATION}/claim")
    assert "Waits to be vetted" in await me.look("/posts")
    vet = f"/posts/{MEDIATION}/claims/v-1/vet"
    page = await desk.look("/posts")
    assert (True, True, True) == (vet in Forms(page).actions, "name of v-1" in page, "The longest idle first" in page)
    assert 422 == (await desk.send(vet))[0]
    assert (303, "/posts") == await desk.send(vet, {"approve": "true"})
    assert "Nobody waits." in await desk.look("/posts")
    assert "Yours" in await me.look("/posts")
    assert 403 == (await me.send(vet, {"approve": "true"}))[0]


async def test_the_week_is_ticked_hour_by_hour(me: Visitor) -> None:
    """What the roster says is ticked; what is sent is what one is free; nothing ticked is never free."""
    assert ["free[]=8", "free[]=9"] == Forms(await me.look("/availability/week")).ticked
    sent = WEEK | {"free[]": ["18", "19", "167"], "urgent_at_work": "true"}
    assert (303, "/availability") == await me.send("/availability", sent)
    card = await me.me()
    assert (WeekHours.of([18, 19, 167]).hex, 3, 4, True) == (
        card.hours, card.capacity, card.daily_offers, card.urgent_at_work,
    )  # fmt: skip
    assert (303, "/availability") == await me.send("/availability", WEEK)
    card = await me.me()
    assert ("0" * 42, False) == (card.hours, card.urgent_at_work)


@pytest.mark.parametrize("wrong", [{"capacity": "99"}, {"daily_offers": "many"}, {"free[]": ["168"]}])
async def test_a_week_that_cannot_be_is_shown_again(me: Visitor, wrong: dict[str, Any]) -> None:
    """422 with what was typed, and nothing is kept."""
    before = await me.me()
    status, page = await me.send("/availability", WEEK | {"free[]": ["5"]} | wrong)
    assert (422, True) == (status, 'id="faults"' in page)
    assert "free[]" in wrong or "free[]=5" in Forms(page).ticked
    assert before == await me.me()


async def test_duty_is_one_button(me: Visitor) -> None:
    """On, and off again."""
    assert "You are off duty" in await me.look("/availability")
    assert (303, "/availability") == await me.send("/availability/duty", {"on_duty": "true"})
    assert "You are on duty" in await me.look("/availability")
    assert (303, "/availability") == await me.send("/availability/duty", {"on_duty": "false"})
    assert (await me.me()).on_duty is False


async def test_absences_are_added_and_taken_back(me: Visitor) -> None:
    """Local times of the community; an absence that ends before it begins is refused."""
    away = {"from": "2026-12-01T08:00", "to": "2026-12-03T20:00"}
    assert (303, "/availability") == await me.send("/availability/absences", away)
    (absence,) = (await me.me()).absences
    assert ("2026-12-01T08:00:00+08:00", "2026-12-03T20:00:00+08:00") == (
        absence.from_.isoformat(),
        absence.to.isoformat(),
    )
    assert 422 == (await me.send("/availability/absences", {"from": away["to"], "to": away["from"]}))[0]
    assert "/availability/absences/end" in Forms(await me.look("/availability/away")).actions
    end = {"begins": absence.from_.isoformat()}
    assert (303, "/availability") == await me.send("/availability/absences/end", end)
    assert [] == (await me.me()).absences


async def test_no_more_absences_than_are_kept(me: Visitor) -> None:
    """The fifty-first is refused in plain words."""
    for number in range(50):
        day = f"2027-{number // 25 + 1:02}-{number % 25 + 1:02}"
        await me.send("/availability/absences", {"from": f"{day}T08:00", "to": f"{day}T09:00"})
    status, page = await me.send("/availability/absences", {"from": "2028-01-01T08:00", "to": "2028-01-01T09:00"})
    assert (409, True, 50) == (status, "take one back first" in page, len((await me.me()).absences))


async def test_one_registers_on_a_page(house: House, me: Visitor) -> None:
    """Home, unit and profession by choice; hidden employers are not offered."""
    page = await me.look("/registration")
    hidden = [unit.unit_id for unit in house.stage.rules.units if unit.hidden]
    assert ([], True) == ([unit for unit in hidden if f'value="{unit}"' in page], 'value="u-004"' in page)
    wish = {"home": "maoling-east-g2", "unit": "u-004", "profession": "teacher"}
    assert (303, "/posts") == await me.send("/registration", wish)
    card = await me.me()
    assert wish == {"home": card.home, "unit": card.unit, "profession": card.profession}
    assert 422 == (await me.send("/registration", {"home": "nowhere"}))[0]


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("/posts", "Posts you can take up", "您可以认领的岗位"),
        ("/availability", "When are you free in a week?", "您一周中哪些时间有空？"),
        ("/registration", "Where I am registered", "报到信息"),
    ],
)
async def test_pages_speak_both_languages(me: Visitor, path: str, english: str, chinese: str) -> None:
    """The reader's own."""
    assert (True, True) == (english in await me.look(path), chinese in await me.look(path, "zh-CN"))


async def test_a_coordinator_has_no_week(house: House) -> None:
    """The link in the header leads them back to their desk."""
    caller = house.as_(Role.COORDINATOR, "c", GRID)
    answer = await house.client.get("/availability", headers=caller)
    assert (303, "/") == (answer.status_code, answer.headers["location"])
