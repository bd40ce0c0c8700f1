"""Cases of security.md about codes, tokens, exports and what is typed: doors that hold whoever knocks.

Each test is named by its number; ``docs/security.md`` is written from them.
"""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from deploy.attached import Attached, sign
from deploy.demo.doors import Doors
from shared.contracts.words import Role
from shared.identity.tokens import Caller, TokenSigner
from tests.flows.people import GRID, coordinator, order, place
from tests.flows.visitors import CODE_DOORS, Visitor, visiting

SCRIPT = "<script>alert(1)</script>"
BODY = {
    "service": "neighbour_dispute",
    "area": GRID,
    "details": "水龙头一直在滴水",
    "contact": {"name": "李阿姨", "phone": "15400009872"},
}
BAND_SECONDS = 0.25
"""Two answers closer than this say nothing, with everything a busy machine adds."""
BOTH = pytest.mark.parametrize("service", CODE_DOORS)
"""The doors of one-time codes are one; each case is tried where orders are found and where people sign in."""
KNOWN = {"intake": "154000098{:02}", "matcher": "154000000{:02}"}
"""Phones a service knows by the number of a case: of an order the case places, of the county's roster."""


@pytest.fixture(scope="module")
async def visitor(stack: Attached) -> AsyncIterator[Visitor]:
    """Somebody at the doors, who leaves no code behind that others would be counted by."""
    async with visiting(stack) as one:
        yield one
        for service in CODE_DOORS:
            await one.write(service, "DELETE FROM codes")


async def known(doors: Doors, service: str, case: int) -> str:
    """A phone the service knows."""
    phone = KNOWN[service].format(case)
    if service == "intake":
        await place(doors, "small_repairs", contact={"name": "李阿姨", "phone": phone})
    return phone


@BOTH
async def test_case_10_a_code_dies_of_wrong_guesses(visitor: Visitor, doors: Doors, service: str) -> None:
    """The sixth is 429, and then the right code is of no use."""
    phone = await known(doors, service, 10)
    claim = await visitor.claim(phone, service)
    code = await visitor.code_to(phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    guesses = [await visitor.enter(claim, phone, one, service) for one in (*[wrong] * 6, code)]
    assert [401] * 5 + [429] * 2 == guesses


@BOTH
async def test_case_11_a_code_is_good_once_for_ten_minutes_and_for_who_asked(
    visitor: Visitor, doors: Doors, service: str
) -> None:
    """Reused, older than ten minutes, or from another session: 401."""
    phone = await known(doors, service, 11)
    claim = await visitor.claim(phone, service)
    code = await visitor.code_to(phone)
    elsewhere = await visitor.claim(phone, service)
    assert 401 == await visitor.enter(elsewhere, phone, code, service)
    assert [200, 401] == [await visitor.enter(claim, phone, code, service) for _ in range(2)]
    late = await visitor.code_to(phone, besides=1)
    earlier = visitor.earlier("asked_at", minutes=10)
    await visitor.write(service, f"UPDATE codes SET asked_at = {earlier}")  # noqa: S608 - our own words
    assert 401 == await visitor.enter(elsewhere, phone, late, service)


@BOTH
async def test_case_12_whether_a_phone_is_known_is_not_to_be_seen(visitor: Visitor, doors: Doors, service: str) -> None:
    """The same status, the same fields, the same band of time: the medians of answers taken by turns."""
    phones = await known(doors, service, 12), f"15400{len(service)}09813"
    seen: dict[str, tuple[Any, ...]] = {}
    took: dict[str, list[float]] = {phone: [] for phone in phones}
    for phone in (*phones, *reversed(phones)) * 2:
        began = time.perf_counter()
        answer = await visitor.ask_code(service, phone)
        took[phone].append(time.perf_counter() - began)
        said = {key: len(value) for key, value in answer.json().items()} if service == "intake" else answer.content
        cookies = {name: len(value) for name, value in answer.cookies.items()}
        seen[phone] = (answer.status_code, said, cookies, sorted(answer.headers))
    first, second = (seen[phone] for phone in phones)
    assert first == second
    first_took, second_took = (median(took[phone]) for phone in phones)
    assert abs(first_took - second_took) < BAND_SECONDS


@BOTH
async def test_case_13_and_20_codes_are_bounded_whatever_address_is_claimed(visitor: Visitor, service: str) -> None:
    """Per phone, per address and in all: 429, and what a caller writes of its address changes nothing."""
    phone = "15400009814"

    async def ask(phone: str, number: int) -> int:
        headers = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        return (await visitor.ask_code(service, phone, headers=headers)).status_code

    await visitor.write(service, "DELETE FROM codes")
    assert [202] * 5 + [429] * 2 == [await ask(phone, number) for number in range(7)]
    of_address = [await ask(f"154001{number:05}", number) for number in range(60)]
    assert (55, 429) == (of_address.count(202), of_address[-1])
    await visitor.write(service, "UPDATE codes SET address_print = claim_hash")
    many = "SELECT claim_hash || n, claim_hash || n, claim_hash || n, 0, asked_at FROM codes, (SELECT 1 AS n{})"
    copies = many.format("".join(f" UNION SELECT {n}" for n in range(2, 17))) + " AS numbers"
    insert = f"INSERT INTO codes (claim_hash, phone_print, address_print, attempts, asked_at) {copies}"
    await visitor.write(service, insert)
    assert 429 == await ask("15400009815", 1)
    await visitor.write(service, "DELETE FROM codes")
    assert 202 == await ask("15400009815", 1)


async def test_case_14_what_is_typed_is_text_on_every_page(visitor: Visitor, doors: Doors) -> None:
    """Words, names and parties, on the resident's page and on the coordinators'."""
    placed = await place(
        doors,
        "neighbour_dispute",
        details=SCRIPT,
        contact={"name": SCRIPT, "phone": "15400009816", "organisation": SCRIPT},
        on_behalf_of=SCRIPT,
        excluded=[{"name": SCRIPT}],
        orderer="firm",
    )
    reference, token = placed["reference"], str(placed["tracking_token"])
    desk = coordinator(visitor.stack, doors, GRID)
    leg_id = (await order(doors, placed))["legs"][0]["leg_id"]
    html = {"Accept": "text/html"}
    pages = [
        await visitor("GET", "intake", f"/orders/{reference}", headers={**html, "Cookie": f"paidan_track={token}"}),
        await visitor("GET", "intake", f"/desk/orders/{reference}", desk, headers=html),
        await visitor("GET", "matcher", f"/legs/{leg_id}", desk, headers=html),
        await visitor("GET", "matcher", "/desk", desk, headers=html),
        await visitor("GET", "intake", "/call-list", desk, headers=html),
    ]
    assert [200] * 5 == [page.status_code for page in pages]
    assert [False] * 5 == ["<script>alert" in page.text for page in pages]
    assert any("&lt;script&gt;alert" in page.text for page in pages)


async def test_case_15_a_cell_of_an_export_is_never_computed(visitor: Visitor) -> None:
    """What a spreadsheet would take for a formula gets an apostrophe in front."""
    county = visitor.stack.county_token()
    names = {f"v-g{at}": f"{sign}SUM(1)" for at, sign in enumerate("=+-@")}
    rows = "".join(f"{who},{name},1540000977{who[-1]},retired\n" for who, name in names.items())
    file = {"file": ("roster.csv", f"volunteer_id,name,phone,kind\n{rows}".encode())}
    imported = await visitor("POST", "matcher", "/api/roster", county, files=file)
    exported = await visitor("GET", "matcher", "/api/roster", county)
    assert 200 == exported.status_code
    cells = [cell for row in csv.reader(io.StringIO(exported.content.decode("utf-8-sig"))) for cell in row]
    assert [] == [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    if imported.status_code == 200:
        assert {f"'{name}" for name in names.values()} <= set(cells)
    else:
        assert 422 == imported.status_code


async def test_case_16_an_export_is_for_the_county_alone(visitor: Visitor, doors: Doors) -> None:
    """401 to a stranger, 403 to every role but its own."""
    tokens = [
        "",
        doors.as_caller(Role.VOLUNTEER, "v-0002"),
        doors.as_caller(Role.OPS, "ops"),
        doors.as_caller(Role.DEPARTMENT, "city_management"),
        coordinator(visitor.stack, doors, GRID),
    ]
    assert [401, 403, 403, 403, 403] == [await visitor.status("GET", "matcher", "/api/roster", one) for one in tokens]


async def test_case_17_a_name_cannot_write_a_line_of_a_log(visitor: Visitor) -> None:
    """Line ends and colours are refused or stay inside: each line of each log is one JSON fact without them."""
    mark = uuid.uuid4().hex
    name = f"a\r\n{{}}\x1b[31m{mark}"
    await visitor("POST", "intake", "/api/orders", body={**BODY, "contact": {"name": name, "phone": "15400009817"}})
    await visitor("GET", "intake", f"/{mark}%0d%0a%1b[31m{{}}", headers={"User-Agent": f"{mark}"})
    lines = [line for path in visitor.stack.layout.logs.glob("*.log") for line in _lines(path)]
    assert [] == [line for line in lines if "\x1b" in line or mark in line or not isinstance(json.loads(line), dict)]


async def test_case_18_a_bad_token_learns_nothing(visitor: Visitor) -> None:
    """Malformed, expired or wrongly signed: the same 401 without a word why."""
    caller = Caller(Role.OPS, "ops")
    tokens = [
        "nonsense",
        "a.b.c",
        sign(visitor.stack.layout, caller, timedelta(seconds=-60)),
        TokenSigner(b"k" * 32).sign(caller, timedelta(hours=1)),
    ]
    answers = [await visitor("GET", "notifier", "/api/events", token) for token in tokens]
    assert [401] * 4 == [answer.status_code for answer in answers]
    told = {json.dumps({**answer.json(), "trace_id": ""}, sort_keys=True) for answer in answers}
    assert (1, "") == (len(told), answers[0].json()["detail"])


async def test_case_19_a_post_from_another_site_is_refused(visitor: Visitor) -> None:
    """By its origin, by what the browser says of it, and without the form's token."""
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        posted = await visitor("POST", "intake", "/track", data={"reference": "x"}, headers=headers)
        assert 403 == posted.status_code


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (json.dumps({**BODY, "details": "x" * 2_000_000}).encode(), 413),
        (b'{"service":' + b"[" * 100_000, 422),
        (json.dumps({**BODY, "details": "a\0b"}).encode(), 422),
        (json.dumps({**BODY, "contact": {"name": "n" * 10_000, "phone": "15400009872"}}).encode(), 422),
    ],
    ids=["two megabytes", "deep", "nul", "long name"],
)
async def test_case_21_a_monstrous_body_is_refused(visitor: Visitor, content: bytes, expected: int) -> None:
    """413 or 422, never a 500, and the service answers the next one."""
    headers = {"Content-Type": "application/json"}
    assert expected == await visitor.status("POST", "intake", "/api/orders", content=content, headers=headers)
    assert 200 == await visitor.status("GET", "intake", "/healthz")


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]
