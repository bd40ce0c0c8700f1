"""The way to an order by forms alone: one thing a page, nothing lost, nothing personal in an address."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest

from shared.community.definition import Community, load
from tests.integration.intake.running import Place
from tests.unit.community import small_county

PHRASES = """\
service,phrase
haircut,理发
haircut,剪头发
haircut,头发长了
haircut,给老人剃头
haircut,修修头发
homework,孩子的数学题不会做
homework,辅导功课
homework,作业没人教
homework,英语作文怎么写
homework,补习数学
danger,厨房有煤气味
danger,着火了
danger_word,煤气
none,你好
"""
BROWSER = {"accept": "text/html", "sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county with words of its residents."""
    folder = tmp_path_factory.mktemp("county")
    heading = 'roster = "roster.csv"\n'
    path = small_county.write(
        folder, "small.toml", heading, f'{heading}\n[suggesting]\nphrases = "phrases.csv"\nmargin = 0.05\n'
    )
    (folder / "phrases.csv").write_text(PHRASES, encoding="utf-8")
    return load(path)


class Filled(HTMLParser):
    """What the first form of a page's main part sends as it stands, where it goes, and which buttons it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.values: dict[str, str] = {}
        self.buttons: set[tuple[str, str]] = set()
        self._ended = False
        self.feed(page[page.index("<main") :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a field or a button."""
        told = {name: text or "" for name, text in attrs}
        if self._ended or "name" not in told:
            self.action = self.action or told.get("action", "")
        elif tag == "button":
            self.buttons.add((told["name"], told.get("value", "")))
        elif tag == "input" and told.get("value") and told.get("type") != "checkbox":
            self.values[told["name"]] = told["value"]

    def handle_endtag(self, tag: str) -> None:
        """Only the first form."""
        self._ended = self._ended or tag == "form"


async def tap(client: httpx2.AsyncClient, page: httpx2.Response | str, **typed: str) -> httpx2.Response:
    """Send a page's form with what was typed or tapped; of an address alone, open it first."""
    if isinstance(page, str):
        page = await client.get(page, headers=BROWSER)
    form = Filled(page.text)
    told = form.values | {name.replace("__", "."): text for name, text in typed.items()}
    return await client.post(form.action, data=told, headers=BROWSER)


async def to_check(client: httpx2.AsyncClient, when: str = "soon", **typed: str) -> httpx2.Response:
    """From the tile to the page that shows every answer."""
    grids = await tap(client, "/order/haircut", **{"in": "east"})
    times = await tap(client, grids, area="east-g1-b1")
    who = await tap(client, times, when=when)
    return await tap(client, who, **{"contact__phone": "138 0000 1111", **typed})


async def test_each_page_leads_to_the_next_and_no_address_tells_anything(
    client: httpx2.AsyncClient, place: Place
) -> None:
    """Four answers and a yes, of all that is typed one phone number; the last page has the order's number, big, and its
    link as a picture."""
    check = await to_check(client)
    assert (200, "/order/haircut") == (check.status_code, str(check.url.raw_path.decode()))
    sent = await tap(client, check)
    address = sent.headers["location"]
    ((reference,),) = await place.rows("SELECT reference FROM orders")
    assert (303, f"/orders/{reference}/placed") == (sent.status_code, address)
    page = await client.get(address, headers=BROWSER)
    assert [True, True, True] == [said in page.text for said in (f">{reference}<", "<svg aria-hidden", "/t/")]


async def test_an_answer_is_changed_from_the_last_page_and_leads_back_there(client: httpx2.AsyncClient) -> None:
    """The other answers stay; the service can be changed like every other."""
    check = await to_check(client, contact__name="李梅")
    changes = {value for name, value in Filled(check.text).buttons if name == "to"}
    assert {"what", "where", "when", "who"} == changes
    where = await tap(client, check, to="where", details="两位老人")
    again = await tap(client, where, area="east-g1-b2")
    kept = Filled(again.text).values
    assert ("east-g1-b2", "李梅", "check") == (kept["area"], kept["contact.name"], kept["step"])
    assert "两位老人" in again.text
    what = await tap(client, again, to="what")
    other = await client.post("/order/homework", data={**Filled(what.text).values, "to": "on"}, headers=BROWSER)
    assert ("check", True) == (Filled(other.text).values["step"], "Homework" in other.text)


async def test_a_page_says_what_is_wrong_and_keeps_what_was_typed(client: httpx2.AsyncClient) -> None:
    """At the field, in a summary that leads there; a place or a time that was not chosen as well."""
    wrong = await to_check(client, contact__name="李梅", contact__phone="12")
    assert (422, True, True) == (
        wrong.status_code, 'href="#field-contact-phone"' in wrong.text, 'value="李梅"' in wrong.text,
    )  # fmt: skip
    nowhere = await client.post("/order/haircut", data={"step": "where"}, headers=BROWSER)
    never = await client.post("/order/haircut", data={"step": "when", "area": "east-g1"}, headers=BROWSER)
    gone = {"window.from": "2026-11-01T10:00", "window.to": "2026-11-01T12:00"}
    past = {"step": "when", "when": "other", "area": "east-g1", **gone}
    over = await client.post("/order/haircut", data=past, headers=BROWSER)
    faults = [
        'id="field-area-fault"' in nowhere.text, 'id="field-when-fault"' in never.text,
        'id="field-window-to-fault"' in over.text,
    ]  # fmt: skip
    assert [True, True, True] == faults


async def test_this_evening_sent_again_later_is_the_same_order(client: httpx2.AsyncClient, place: Place) -> None:
    """A quick answer becomes a time when it is given; the same key then never says two things."""
    check = await to_check(client, when="evening")
    first, again = await tap(client, check), await tap(client, check)
    assert (first.headers["location"], 1) == (again.headers["location"], await place.count("orders"))


async def test_ones_own_words_find_the_service_and_are_shown_with_it(client: httpx2.AsyncClient) -> None:
    """Chosen where it clearly leads, and said so with a way to change it; else up to three and the whole catalogue."""
    chosen = await tap(client, "/", details="想剪头发，头发长了")
    assert (200, True) == (chosen.status_code, ("to", "what") in Filled(chosen.text).buttons)
    assert ("想剪头发，头发长了", True) == (
        Filled(chosen.text).values["details"],
        "we understand: Haircut" in chosen.text,
    )
    asked = await client.post("/order/haircut", data={**Filled(chosen.text).values, "to": "what"}, headers=BROWSER)
    assert [True, True] == ['id="meant"' in asked.text, 'formaction="/order/homework"' in asked.text]
    unclear = await tap(client, "/", details="xyz")
    assert (True, "xyz") == ("We do not know which service" in unclear.text, Filled(unclear.text).values["details"])
    nothing = await tap(client, "/", details=" ")
    assert (422, True) == (nothing.status_code, 'href="#field-details"' in nothing.text)


async def test_words_of_danger_show_whom_to_call_first(client: httpx2.AsyncClient, place: Place) -> None:
    """On the first page and before an order is sent; then it goes on."""
    numbers = ["tel:119", "tel:120", "tel:110", "tel:15499990000"]
    first = await tap(client, "/", details="厨房有煤气味")
    assert numbers == [number for number in numbers if number in first.text]
    on = await tap(client, first)
    assert (True, False) == ('formaction="/order/haircut"' in on.text, "tel:119" in on.text)
    check = await to_check(client)
    warned = await tap(client, check, details="煤气")
    assert (numbers, 0) == ([one for one in numbers if one in warned.text], await place.count("orders"))
    sent = await tap(client, warned)
    assert (303, 1) == (sent.status_code, await place.count("orders"))


async def test_another_language_asks_for_the_same_page_again(client: httpx2.AsyncClient) -> None:
    """The header's switches take along what was answered so far."""
    check = await to_check(client)
    head = check.text[check.text.index('class="view"') :]
    kept: dict[str, Any] = Filled("<main" + head[: head.index("</form>")]).values
    switched = await client.post("/view", data={**kept, "language": "zh-CN"}, headers=BROWSER)
    assert (307, "/order/haircut") == (switched.status_code, switched.headers["location"])
    again = await client.post("/order/haircut", data=kept, headers={**BROWSER, "accept-language": "zh-CN"})
    assert ("check", True) == (Filled(again.text).values["step"], "138 0000 1111" in again.text)


async def test_places_and_services_that_are_not_there_are_not_found(client: httpx2.AsyncClient) -> None:
    """Whatever an address or a form says."""
    answers = [
        await client.get("/order/moon", headers=BROWSER),
        await client.get("/order/haircut?in=moon", headers=BROWSER),
        await client.post("/order/haircut", data={"step": "where", "area": "moon"}, headers=BROWSER),
        await client.post("/order/haircut", data={"step": "where", "in": "moon"}, headers=BROWSER),
    ]
    assert [404] * 4 == [answer.status_code for answer in answers]
