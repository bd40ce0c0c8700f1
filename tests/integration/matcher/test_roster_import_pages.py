"""The roster comes in by pages: what is wrong is told row by row before anything is written, and confirmed once."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.matcher.clocks import DRAFTS_KEPT
from services.matcher.models import Audited, RosterDraft, Volunteer
from services.matcher.queries.drafts import DraftQueries
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, volunteer
from tests.integration.matcher.test_roster_door import COUNTY, HEADER, ROW, sheet, table
from tests.waiting import wait_for

BROKEN = ["v-2", "李四", "12345", "retired", "nowhere", "", ""]


class Sender:
    """A coordinator's browser that sends files."""

    def __init__(self, house: House, area: str = COUNTY, subject: str = "c", language: str = "en") -> None:
        self._house = house
        self._headers = house.as_(Role.COORDINATOR, subject, area) | {
            "sec-fetch-site": "same-origin",
            "accept-language": language,
            "accept": "text/html",
        }

    async def send(self, content: bytes, name: str = "roster.csv") -> tuple[int, str]:
        """Send a file: the status, and where it leads or what is shown."""
        files = {"file": (name, content)}
        answer = await self._house.client.post("/roster", headers=self._headers, files=files)
        return answer.status_code, answer.headers.get("location") or unescape(answer.text)

    async def sent(self, *rows: list[str]) -> str:
        """The address of a file that was taken."""
        status, address = await self.send(table(HEADER, *rows))
        assert 303 == status, address
        return address

    async def look(self, address: str) -> tuple[int, str]:
        """A page as it is now."""
        answer = await self._house.client.get(address, headers=self._headers)
        return answer.status_code, unescape(answer.text)

    async def reads(self, address: str, text: str) -> str:
        """Wait until the page says something; all of it."""

        async def page() -> str:
            status, shown = await self.look(address)
            return shown if status == 200 and text in shown else ""

        return await wait_for(page, 20.0, f"the page to say: {text}")

    async def press(self, address: str) -> int:
        """Send an empty form; its status."""
        return int((await self._house.client.post(address, headers=self._headers)).status_code)


async def enrolled(house: House) -> list[str]:
    """Who is on the roster."""
    return list(await house.stage.all(select(col(Volunteer.volunteer_id)).order_by(col(Volunteer.volunteer_id))))


@pytest.mark.parametrize(("name", "written"), [("roster.csv", table), ("roster.xlsx", sheet)])
async def test_a_file_is_looked_at_first_and_written_when_it_is_confirmed(
    house: House, name: str, written: Any
) -> None:
    """New and known people are counted, nobody is enrolled by looking; one press imports it, and its people go."""
    await house.stage.enrol(volunteer("v-1"))
    county, more = Sender(house), ["v-9", "王五", "15400000009", "student", GRID, "", ""]
    status, address = await county.send(written(HEADER, ROW, more), name)
    page = await county.reads(address, "Nothing is wrong with the file")
    assert (303, True, ["v-1"]) == (status, "Nothing is written yet" in page, await enrolled(house))
    assert ["1", "1", "1"] == [page.split(f"<dt>{said}</dt><dd>")[1][0] for said in (
        "New volunteers", "Volunteers who are known", "Posts taken up or vetted",
    )]  # fmt: skip
    assert 303 == await county.press(f"{address}/confirm")
    await county.reads(address, "The roster is imported.")
    (draft,) = await house.stage.all(select(RosterDraft))
    assert (["v-1", "v-9"], b"", (1, 1)) == (await enrolled(house), draft.sealed, (draft.created, draft.updated))


async def test_what_is_wrong_is_told_row_by_row_and_nothing_can_be_imported(house: House) -> None:
    """The spreadsheet's row, the column and the reason; in Chinese the column's Chinese name; no button to confirm."""
    address = await Sender(house).sent(ROW, BROKEN)
    page = await Sender(house).reads(address, "2 errors")
    told = [cells.split("</tr>")[0] for cells in page.split("<tr")[2:]]
    assert [(True, "phone", "not a mobile number"), (True, "home", "no such area")] == [
        ("Row 3" in row, column, reason)
        for row, column, reason in zip(told, ("phone", "home"), ("not a mobile number", "no such area"), strict=True)
        if column in row and reason in row
    ]
    assert ("手机" in await Sender(house, language="zh-CN").reads(address, "有错误"), False) == (
        True,
        "/confirm" in page,
    )
    assert (303, [], "12345" in page) == (await Sender(house).press(f"{address}/confirm"), await enrolled(house), False)


async def test_what_the_database_has_against_it_is_told_before_the_import_too(house: House) -> None:
    """A phone that is somebody else's, and a post without a place left."""
    taken = volunteer("v-5")
    await house.stage.enrol(taken)
    row = ["v-1", "张三", taken.phone.removeprefix("+86"), "retired", GRID, "", ""]
    page = await Sender(house).reads(await Sender(house).sent(row), "1 error")
    assert (True, ["v-5"]) == ("Another row has the same" in page, await enrolled(house))


async def test_pressed_twice_it_is_imported_once(house: House) -> None:
    """The second press finds it done; the audit has one import."""
    county, told = Sender(house), select(col(Audited.what)).where(col(Audited.what) == "imported")
    before, address = len(await house.stage.all(told)), await county.sent(ROW)
    await county.reads(address, "Nothing is wrong with the file")
    assert [303, 303] == [await county.press(f"{address}/confirm") for _ in range(2)]
    await county.reads(address, "The roster is imported.")
    assert 303 == await county.press(f"{address}/confirm")
    assert (before + 1, ["v-1"]) == (len(await house.stage.all(told)), await enrolled(house))


async def test_a_sent_file_is_its_senders_alone(house: House) -> None:
    """Another coordinator of the county: 404; of an area below: 403; put aside it is gone for everybody."""
    county, other, below = Sender(house), Sender(house, subject="c-2"), Sender(house, GRID)
    address = await county.sent(ROW)
    seen = [(await who.look(address))[0] for who in (county, other, below)]
    assert ([200, 404, 403], [404, 403]) == (seen, [await who.press(f"{address}/confirm") for who in (other, below)])
    assert (404, 303) == (await other.press(f"{address}/put-aside"), await county.press(f"{address}/put-aside"))
    assert (404, []) == ((await county.look(address))[0], await enrolled(house))


async def test_a_file_of_another_kind_is_refused_at_the_form(house: House) -> None:
    """422 with the reason at the field, and nothing is kept."""
    status, page = await Sender(house).send(b"%PDF-1.7", "roster.pdf")
    assert (422, True, []) == (status, "Which file? The file must be CSV or XLSX" in page, await _drafts(house))


async def test_a_file_nobody_imports_goes_after_a_day(house: House) -> None:
    """The clock finds it then and lets go of it; a younger one stays."""
    stage, address = house.stage, await Sender(house).sent(ROW)
    drafts = DraftQueries(stage.database, stage.vault)
    early, late = (stage.now + timedelta(hours=hours) - DRAFTS_KEPT for hours in (23, 25))
    draft_id = address.rpartition("/")[2]
    assert ([], [draft_id]) == (await drafts.old(early, 9), list(await drafts.old(late, 9)))
    await stage.do(stage.use_cases.drafting.drop_old, draft_id)
    assert [] == await _drafts(house)


async def _drafts(house: House) -> list[str]:
    return list(await house.stage.all(select(col(RosterDraft.draft_id))))
