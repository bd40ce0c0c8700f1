"""Orders that are open while the definition is edited are served to their end, whatever the edit was."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.verify import histories, notices, orders, views
from deploy.verify.looking import Look
from services.intake.queries.named import named as named_at_intake
from services.matcher.queries.named import named as named_at_matcher
from shared.community.areas import Area, AreaTree
from shared.community.definition import Community
from shared.community.editing import EditStandsInTheWay, check_edit, joined
from shared.community.ladder import Ladder
from shared.contracts.words import Role
from shared.identity.keys import read_key
from shared.persistence.vault import Vault
from tests.integration.matcher.stage import FAR_GRID, GRID, volunteer
from tests.integration.together.trio import Trio

MEDIATION = "mediation-maoling-east"
COMMUNITY = "maoling-east"
Edit = Callable[[Community], Community]


def pruned(area: Area, gone: str) -> Area:
    """A tree without one area and all below it."""
    return area.model_copy(update={"children": tuple(pruned(one, gone) for one in area.children if one.code != gone)})


def without_grid(rules: Community, successor: str | None = COMMUNITY) -> Community:
    """The grid is no more, nor anything in it; its coordinator goes with it."""
    below = rules.areas.below(GRID)
    successors = dict.fromkeys(below, successor) if successor else {}
    ladder = Ladder(
        tiers=rules.ladder.tiers, coordinators=tuple(one for one in rules.ladder.coordinators if one.area != GRID)
    )
    tree = AreaTree(pruned(rules.areas.root, GRID), rules.areas.kinds, frozenset(ladder.by_area), successors)
    return replace(rules, areas=tree, ladder=ladder, posts=tuple(one for one in rules.posts if one.area not in below))


def without_the_lowest_tier(rules: Community) -> Community:
    """Nobody coordinates a grid any more: their desks are the communities'."""
    grids = {area.code for area in rules.areas.of_kind("grid")}
    ladder = Ladder(
        tiers=tuple(tier for tier in rules.ladder.tiers if tier.kind != "grid"),
        coordinators=tuple(one for one in rules.ladder.coordinators if one.area not in grids),
    )
    return replace(rules, ladder=ladder, areas=AreaTree(rules.areas.root, rules.areas.kinds, frozenset(ladder.by_area)))


def without_services(rules: Community) -> Community:
    """What was ordered is in the catalogue no more."""
    return replace(
        rules, services=tuple(one for one in rules.services if one.code not in {"neighbour_dispute", "stray_dogs"})
    )


def without_posts(rules: Community) -> Community:
    """The post that was asked is no more, nor is its skill."""
    gone = rules.posts_by_id[MEDIATION].skill
    return replace(
        rules,
        posts=tuple(one for one in rules.posts if one.skill != gone),
        skills=tuple(one for one in rules.skills if one.code != gone),
        services=tuple(one for one in rules.services if all(leg.post != gone for leg in one.sequence)),
    )


def fewer_places(rules: Community) -> Community:
    """One place where two people are."""
    return replace(rules, posts=tuple(one.model_copy(update={"headcount": 1}) for one in rules.posts))


def without_departments(rules: Community) -> Community:
    """No department, no firm, no counter."""
    return replace(rules, departments=())


def other_clocks(rules: Community) -> Community:
    """Half of every clock of a normal order, and one reminder where there were more."""
    normal = rules.clocks.normal
    halved = normal.model_copy(update={"tier_minutes": max(normal.tier_minutes // 2, 1), "hours": None})
    return replace(
        rules, clocks=rules.clocks.model_copy(update={"normal": halved, "review_reminders_minutes": (1440,)})
    )


def another_coordinator(rules: Community) -> Community:
    """Somebody else coordinates, everywhere."""
    named = tuple(one.model_copy(update={"coordinator_id": f"new-{one.area}"}) for one in rules.ladder.coordinators)
    return replace(rules, ladder=Ladder(tiers=rules.ladder.tiers, coordinators=named))


def much_at_once(rules: Community) -> Community:
    """Everything but areas changes on one day."""
    for edit in (
        without_the_lowest_tier,
        fewer_places,
        without_services,
        without_posts,
        without_departments,
        other_clocks,
        another_coordinator,
    ):
        rules = edit(rules)
    return rules


EDITS: Mapping[str, Edit] = {
    "a grid gone": without_grid,
    "a tier, services, posts, departments and coordinators gone, clocks changed": much_at_once,
}


@pytest.fixture
async def trio(tmp_path: Path, migrated: dict[str, Path], rules: Community) -> AsyncIterator[Trio]:
    """Three services with two mediators, and a third volunteer who lives elsewhere."""
    urls = {}
    for service, file in migrated.items():
        shutil.copy(file, tmp_path / f"{service}.db")
        urls[service] = f"sqlite+aiosqlite:///{tmp_path / f'{service}.db'}"
    roster = [volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION), volunteer("v-3", home=FAR_GRID)]
    trio = Trio(tmp_path, urls, rules, roster)
    await trio.begin()
    yield trio
    await trio.end()


async def place(trio: Trio, service: str) -> dict[str, Any]:
    """Somebody in the grid orders, and everybody hears of it."""
    body = {
        "service": service,
        "area": GRID,
        "details": "楼道里的灯不亮",
        "contact": {"name": "李阿姨", "phone": "13800138001"},
    }
    status, placed = await trio.ask("intake", "POST", "/api/orders", "", body)
    assert 201 == status
    await trio.sweep()
    await trio.carry_all()
    return dict(placed)


async def start_with(trio: Trio, rules: Community) -> None:
    """All three come back with another definition."""
    trio.rules = rules
    for service in ("intake", "matcher", "notifier"):
        await trio.restart(service)


async def settle(trio: Trio) -> None:
    """What is due is done and told."""
    for _ in range(3):
        await trio.sweep()
        await trio.carry_all()


async def seen_by_resident(trio: Trio, placed: Mapping[str, Any]) -> dict[str, Any]:
    """The order as its resident sees it."""
    status, seen = await trio.ask("intake", "GET", f"/api/orders/{placed['reference']}", placed["tracking_token"])
    assert 200 == status
    return dict(seen)


async def end(trio: Trio, placed: Mapping[str, Any]) -> dict[str, Any]:
    """Time passes until a coordinator holds it; whoever has it on their desk settles it; the resident is content."""
    for _ in range(20):
        seen = await seen_by_resident(trio, placed)
        if seen["state"] == "done":
            break
        if (seen["state"], seen["holder"]["role"]) == ("escalated", "coordinator"):
            areas = trio.rules.areas
            area = areas.coordinator_area(seen["holder"]["area"])
            token = trio.token(Role.COORDINATOR, trio.rules.ladder.by_area[area].coordinator_id, area)
            _, desk = await trio.ask("matcher", "GET", "/api/desk", token)
            (row,) = [one for one in desk["items"] if one["order_id"] == placed["order_id"]]
            answer = await trio.ask("matcher", "POST", f"/api/legs/{row['leg_id']}/resolve", token, {"report": "好了"})
            assert 200 == answer[0], answer
        else:
            trio.seconds += 6 * 3600
        await settle(trio)
    path = f"/api/orders/{placed['reference']}/review"
    status, closed = await trio.ask("intake", "POST", path, placed["tracking_token"], {"outcome": "fixed", "rating": 5})
    assert 200 == status, closed
    await settle(trio)
    return dict(closed)


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
async def test_an_open_order_is_served_to_its_end(trio: Trio, rules: Community, edit: Edit) -> None:
    """One that volunteers are asked for, and one that a department has: each has a holder the resident can read at
    every moment, comes to a desk that exists, and closes; and the checks from outside find nothing.
    """
    placed = [await place(trio, service) for service in ("neighbour_dispute", "pipe_leak", "stray_dogs")]
    await start_with(trio, edit(rules))
    await settle(trio)
    for one in placed:
        seen = await seen_by_resident(trio, one)
        assert seen["holder"]["title"], seen
        assert seen["due_at"]
    outcomes = [(await end(trio, one))["outcome"] for one in placed]
    assert ["fixed"] * 3 == outcomes
    look = Look(trio.databases)
    checks = (
        orders.open_orders_are_held,
        histories.versions_are_gapless,
        histories.transitions_are_legal,
        views.services_agree,
        notices.each_step_once,
    )
    broken = [breach.line for check in checks for breach in await check(look)]
    assert [] == broken


async def test_what_the_rows_name_says_whether_an_edit_can_be(trio: Trio, rules: Community) -> None:
    """The grid cannot go while an order lies there and somebody lives there, unless another goes on for it."""
    await place(trio, "neighbour_dispute")
    vault = Vault(read_key(trio.running["matcher"].wired.settings.keys, "matcher-vault"))
    matcher, intake = (trio.running[name].wired.machinery.database for name in ("matcher", "intake"))
    named = joined([await named_at_intake(intake), await named_at_matcher(matcher, vault)])
    assert (1, 1) == (named.areas[GRID], named.services["neighbour_dispute"])
    with pytest.raises(EditStandsInTheWay, match=GRID):
        check_edit(without_grid(rules, successor=None), named)
    assert check_edit(without_grid(rules), named)
