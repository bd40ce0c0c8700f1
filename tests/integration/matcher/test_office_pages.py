"""What an office looks at besides the desk: the tree of areas, gaps in coverage, the day's list, files to take out."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape

import pytest

from services.matcher.policies.coverage import PartOfWeek, missing
from shared.community.hours import ALL_WEEK, WeekHours
from shared.community.roster_writing import csv_of
from shared.contracts.words import Role, Window
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, volunteer
from tests.integration.matcher.test_desk_pages import COMMUNITY, desk
from tests.integration.matcher.test_roster_pages import Visitor

MEDIATION = "mediation-maoling-east"
DISPUTE = ">Neighbour dispute<"


async def test_the_tree_says_who_answers_where_and_how_much_lies_there(house: House) -> None:
    """Each grid below with its desk's count, in words; what lies elsewhere is not in it."""
    for grid in (GRID, GRID, NEXT_GRID):
        await house.stage.place("certificates", grid=grid)
    page = unescape(await desk(house).look("/areas"))
    counts = [
        page.split(f'id="area-{grid}"')[1].split(" on this desk")[0].rsplit(">", 1)[1] for grid in (GRID, NEXT_GRID)
    ]
    assert (["2 orders", "1 order"], False) == (counts, f'id="area-{FAR_GRID}"' in page)
    assert f'href="/desk?area={GRID}"' in page


async def test_a_service_without_a_holder_and_one_without_hours_are_gaps(house: House) -> None:
    """First nobody holds the post; then somebody does who has time on Monday mornings alone; then it is covered."""
    page = await _gap(house, DISPUTE)
    assert "None" in page
    await house.stage.enrol(volunteer("v-1", MEDIATION, hours=WeekHours.parse("mon 8-10")))
    page = await _gap(house, DISPUTE)
    assert (True, False) == ("weekday afternoons" in page, "weekday mornings" in page)
    await house.stage.enrol(volunteer("v-1", MEDIATION, hours=WeekHours(ALL_WEEK)))
    assert "" == await _gap(house, DISPUTE)


@pytest.mark.parametrize(
    ("plan", "parts"),
    [
        ("mon-sun 0-24", ()),
        ("mon-fri 18-22; sat-sun 8-20", (PartOfWeek.WORKDAY_MORNING, PartOfWeek.WORKDAY_AFTERNOON)),
        ("wed 9-10; sat 19-20", tuple(PartOfWeek)[1:5]),
    ],
)
def test_an_hour_in_a_part_of_the_week_is_enough_to_be_there(plan: str, parts: tuple[PartOfWeek, ...]) -> None:
    """Workdays and weekends from 8 to 20, four hours each."""
    assert parts == missing(WeekHours.parse(plan))


async def test_the_days_list_has_what_is_due_and_who_serves(house: House) -> None:
    """Today's, with the volunteer's name and the order's number; no phone, no address; tomorrow's is not on it."""
    stage = house.stage
    await stage.enrol(volunteer("v-1", MEDIATION))
    today = Window(from_=stage.now + timedelta(minutes=30), to=stage.now + timedelta(minutes=90))
    order_id = await stage.place(window=today)
    path = f"/api/legs/{order_id}-l1/assign"
    await house.tap(path, house.as_(Role.COORDINATOR, "c-1", COMMUNITY), {"volunteer": "v-1"})
    due, later = await stage.place("lift_fault", due_minutes=60), await stage.place("certificates")
    page = unescape(await desk(house).look("/day"))
    numbers = [(await stage.dispatch(one)).reference for one in (order_id, due, later)]
    assert ([True, True, False], True) == ([number in page for number in numbers], "name of v-1" in page)
    elsewhere = await Visitor(house, Role.COORDINATOR, "c-far", FAR_GRID).look("/day")
    assert [False, False] == [number in elsewhere for number in numbers[:2]]


async def test_the_desk_goes_out_as_a_file_without_names(house: House) -> None:
    """One line for each order of the area under heads in the reader's language; recorded; not for volunteers."""
    order_id = await house.stage.place("certificates")
    headers = house.as_(Role.COORDINATOR, "c-1", COMMUNITY) | {"accept-language": "en"}
    answer = await house.client.get("/exports/desk.csv", headers=headers)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    reference = (await house.stage.dispatch(order_id)).reference
    assert ("Order number", reference, 2) == (rows[0][0], rows[1][0], len(rows))
    assert 'attachment; filename="desk.csv"' == answer.headers["content-disposition"]
    posts = await house.client.get("/exports/posts.csv", headers=headers)
    assert MEDIATION in posts.content.decode("utf-8-sig")
    refused = await house.client.get("/exports/desk.csv", headers=house.as_(Role.VOLUNTEER, "v-1"))
    assert 403 == refused.status_code


def test_no_cell_of_a_file_is_computed() -> None:
    """What begins like a formula has an apostrophe in front."""
    cells = ["=1+1", "+1", "-1", "@x", "＝1", "plain"]
    (row,) = list(csv.reader(io.StringIO(csv_of([], [cells]).decode("utf-8-sig"))))[1:]
    assert ["'=1+1", "'+1", "'-1", "'@x", "'＝1", "plain"] == row


@pytest.mark.parametrize(("area", "shown"), [("qindu", True), (COMMUNITY, False)])
async def test_the_page_of_all_pages_offers_the_roster_to_the_county_alone(
    house: House, area: str, *, shown: bool
) -> None:
    """Whoever may not import sees no way to it."""
    page = await desk(house, area).look("/pages")
    assert (shown, True) == ('href="/roster"' in page, 'href="/areas"' in page)


async def _gap(house: House, service: str) -> str:
    """The row of a service among the gaps, empty when it has none."""
    page = unescape(await desk(house).look("/gaps"))
    return next((row for row in page.split("<tr")[1:] if service in row), "").split("</tr>")[0]
