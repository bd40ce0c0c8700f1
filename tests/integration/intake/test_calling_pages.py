"""The pages of an honest end: the call list, the desk's section, the resident's yes or no. Without JavaScript."""

from __future__ import annotations

import httpx2
import pytest

from tests.integration.intake.ending import SERVED, Story
from tests.integration.intake.running import ORIGIN, Place, client_of

HELD = ("offer_made", "order_escalated")


async def send(story: Story, path: str, headers: dict[str, str], **fields: str) -> httpx2.Response:
    """A form of a page, with the token that the page carries."""
    async with client_of((await story.place.open_at(story.now)).app) as client:
        token = (await client.get("/track")).text.split('name="form_token" value="')[1].split('"')[0]
        told = {**headers, "origin": ORIGIN}
        return await client.post(path, data={"form_token": token, **fields}, headers=told, follow_redirects=False)


@pytest.fixture
async def served(place: Place) -> Story:
    """An order of somebody who reads no messages, served and not yet reviewed."""
    return await Story.of(place, *SERVED, call_only=True)


async def test_the_list_leads_to_a_number_words_and_a_result(served: Story) -> None:
    """The number is behind a button; the result is one form, and the list is shorter then."""
    listed = (await served.ask("GET", "/call-list", served.coordinator())).text
    (call,) = await served.call_list()
    assert served.reference in listed
    assert "13800001111" not in listed
    shown = await send(served, f"/calls/{call['call_id']}/reveal", served.coordinator())
    assert (200, True, True) == (shown.status_code, "tel:13800001111" in shown.text, "Was it fixed?" in shown.text)
    fields = {"result": "reached", "verdict.outcome": "fixed"}
    sent = await send(served, f"/calls/{call['call_id']}/result", served.coordinator(), **fields)
    assert (303, "/call-list") == (sent.status_code, sent.headers["location"])
    assert ("closed", "fixed") == await served.state()


async def test_a_sheet_for_paper_has_names_and_numbers_and_each_is_recorded(served: Story) -> None:
    """One press, as many lines in the audit as names; the sheet has room for what came of each call."""
    told = "SELECT count(*) FROM audit WHERE what = 'revealed' AND reason = 'call_back'"
    ((before,),) = await served.place.rows(told)
    sheet = await send(served, "/call-list/paper", served.coordinator())
    ((after,),) = await served.place.rows(told)
    assert (200, True, 1) == (sheet.status_code, "13800001111" in sheet.text, after - before)
    assert ("Nobody answered" in sheet.text, 405) == (
        True,
        (await served.ask("GET", "/call-list/paper", served.coordinator())).status_code,
    )


async def test_a_refused_result_is_said_on_the_page(served: Story) -> None:
    """Who served it reads why not, and nothing is lost."""
    (call,) = await served.call_list()
    fields = {"result": "reached", "verdict.outcome": "fixed"}
    sent = await send(served, f"/calls/{call['call_id']}/result", served.coordinator("v-1"), **fields)
    assert (409, True) == (sent.status_code, "cannot take down what the resident says" in sent.text)


async def test_a_closing_goes_from_the_desk_to_the_resident_and_back(place: Place) -> None:
    """Proposed on the coordinator's page, read and accepted on the resident's."""
    story = await Story.of(place, *HELD)
    address = f"/desk/orders/{story.reference}"
    sent = await send(story, f"{address}/closing", story.coordinator(), reason="没有人能修")
    assert 303 == sent.status_code, sent.text
    assert "没有人能修" in (await story.ask("GET", address, story.coordinator())).text
    own = f"/orders/{story.reference}"
    page = (await story.ask("GET", own, story.resident)).text
    assert (True, True) == ("没有人能修" in page, "Yes, let it end" in page)
    assert 303 == (await send(story, f"{own}/closing", story.resident, accept="true")).status_code
    assert ("closed", "not_fixed") == await story.state()


async def test_a_verdict_is_taken_down_on_the_desk(served: Story) -> None:
    """With who took it down; the section shows the calls that were made."""
    address = f"/desk/orders/{served.reference}"
    await served.log("no_answer")
    assert "Nobody answered" in (await served.ask("GET", address, served.coordinator())).text
    sent = await send(served, f"{address}/verdict", served.coordinator(), outcome="partly", rating="4")
    assert 303 == sent.status_code, sent.text
    assert [("partly", "c-9")] == await served.place.rows("SELECT outcome, recorded_by FROM reviews")
