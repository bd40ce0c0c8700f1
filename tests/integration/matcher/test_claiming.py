"""Taking up posts and releasing them: places are never given twice, and coordinators vet who has to be vetted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2
from sqlalchemy import select
from sqlmodel import col

from services.matcher.app import make_app
from services.matcher.models import Claim, Outbox, Post
from services.matcher.settings import MatcherSettings
from services.matcher.use_cases.claiming import ClaimPost, ReleasePost
from shared.community.roster import RosterRow
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import GRID, NEXT_GRID, Stage, volunteer

SAFETY, MEDIATION, SWEEPING = "safety-maoling-east-g1", "mediation-maoling-east", "sweeping-maoling-east"
COMMUNITY = "maoling-east"


def fitting(volunteer_id: str, *posts: str, profession: str = "driver", **more: Any) -> RosterRow:
    """A volunteer of the grid, by default one whose profession suits safety."""
    return volunteer(volunteer_id, *posts, **more).model_copy(update={"profession": profession})


async def told(stage: Stage) -> Sequence[tuple[str, str]]:
    """Facts of posts that were recorded: what happened to which post."""
    rows = await stage.all(select(Outbox).order_by(col(Outbox.position)))
    return [(row.subject.split(".")[1], row.about) for row in rows if ".post_" in row.subject]


async def test_fifty_claim_the_last_place_at_two_matchers(house: House, stage: Stage) -> None:
    """One 201, forty-nine 409; the post has as many claims as places, and one fact tells of it."""
    people = [fitting(f"v-{number:02}") for number in range(50)]
    await stage.enrol(fitting("v-99", SAFETY), *people)
    settings: MatcherSettings = house.client._transport.app.state.settings  # type: ignore[attr-defined]  # ASGI's
    second = make_app(settings, stage.rules)
    async with (
        second.router.lifespan_context(second),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=second), base_url="http://other.test") as other,
    ):
        answers = await asyncio.gather(
            *(
                client.post(f"/api/posts/{SAFETY}/claim", headers=house.as_(Role.VOLUNTEER, row.volunteer_id))
                for row, client in zip(people, [house.client, other] * 25, strict=True)
            )
        )
    statuses = [answer.status_code for answer in answers]
    assert (1, 49) == (statuses.count(201), statuses.count(409)), statuses
    claims = await stage.all(select(Claim).where(col(Claim.post_id) == SAFETY))
    assert (2, [("post_claimed", SAFETY)]) == (len(claims), await told(stage))


async def test_claims_in_one_transaction_see_each_other(stage: Stage) -> None:
    """A list of claims is one commit, and still nobody too many has a place."""
    await stage.enrol(*(fitting(f"v-{number}") for number in range(5)))
    commands = [ClaimPost(SAFETY, f"v-{number}") for number in (0, 1, 2, 0)]
    answers = await stage.run(stage.use_cases.claiming.claim_posts, *commands)
    assert ["held", "held", "PostFull", "AlreadyClaimed"] == [
        getattr(answer, "value", type(answer).__name__) for answer in answers
    ]


async def test_each_rule_has_its_status(house: House) -> None:
    """201, 409 twice, 404, 403 for the area and for the profession; a release 200, a second one 409."""
    stage = house.stage
    await stage.enrol(
        fitting("v-1"), fitting("v-2", home=NEXT_GRID), fitting("v-3", profession="nurse"), fitting("v-4", SAFETY)
    )
    claim, release = f"/api/posts/{SAFETY}/claim", f"/api/posts/{SAFETY}/release"
    one, two, three = (house.as_(Role.VOLUNTEER, who) for who in ("v-1", "v-2", "v-3"))
    status, answer = await house.ask("POST", claim, one)
    assert (201, {"post_id": SAFETY, "state": "held"}) == (status, answer)
    refused = [
        await house.ask("POST", claim, one),
        await house.ask("POST", "/api/posts/nowhere/claim", one),
        await house.ask("POST", claim, two),
        await house.ask("POST", claim, three),
        await house.ask("POST", claim, house.as_(Role.VOLUNTEER, "v-9")),
    ]
    assert [
        (409, "already-claimed"),
        (404, "not-found"),
        (403, "not-of-this-area"),
        (403, "profession-does-not-fit"),
        (404, "not-found"),
    ] == [(status, problem["type"].rsplit("/", 1)[-1]) for status, problem in refused]
    assert 200 == (await house.ask("POST", release, one))[0]
    assert 409 == (await house.ask("POST", release, one))[0]
    assert [("post_claimed", SAFETY), ("post_released", SAFETY)] == await told(stage)
    assert 403 == (await house.ask("POST", claim, house.as_(Role.COORDINATOR, "c", GRID)))[0]


async def test_a_full_post_refuses(house: House) -> None:
    """The third of two places."""
    await house.stage.enrol(fitting("v-1", SAFETY), fitting("v-2", SAFETY), fitting("v-3"))
    status, problem = await house.ask("POST", f"/api/posts/{SAFETY}/claim", house.as_(Role.VOLUNTEER, "v-3"))
    assert (409, "post-full") == (status, problem["type"].rsplit("/", 1)[-1])


async def test_what_needs_vetting_waits_for_the_areas_coordinator(house: House) -> None:
    """202; it takes a place and does not count; approved it does, and the fact is told then. A grid's coordinator has
    no say about the community's post.
    """
    stage, me = house.stage, house.as_(Role.VOLUNTEER, "v-1")
    here, elsewhere = house.as_(Role.COORDINATOR, "c", COMMUNITY), house.as_(Role.COORDINATOR, "c", GRID)
    await stage.enrol(fitting("v-1", profession="social_worker"))
    status, answer = await house.ask("POST", f"/api/posts/{MEDIATION}/claim", me)
    assert (202, "waiting", []) == (status, answer["state"], await told(stage))
    await stage.place()
    assert [] == await stage.all(select(col(Claim.vetted)).where(col(Claim.vetted).is_(True)))
    (waiting,) = (await house.ask("GET", "/api/claims", here))[1]["items"]
    assert ("v-1", "name of v-1", MEDIATION) == tuple(
        waiting[name] for name in ("volunteer_id", "volunteer_name", "post_id")
    )
    assert [] == (await house.ask("GET", "/api/claims", elsewhere))[1]["items"]
    vet = f"/api/posts/{MEDIATION}/claims/v-1/vet"
    assert 404 == (await house.ask("POST", vet, elsewhere, {"approve": True}))[0]
    assert (200, "held") == await _vetted(house, vet, here, approve=True)
    assert (409, None) == await _vetted(house, vet, here, approve=True)
    assert [("post_claimed", MEDIATION)] == await told(stage)
    order_id = await stage.place()
    assert {"v-1": "open"} == await stage.offer_states(order_id)


async def test_who_is_not_approved_has_no_place(house: House) -> None:
    """The place is free again, and nobody is told of a claim that never counted."""
    stage, me, here = house.stage, house.as_(Role.VOLUNTEER, "v-1"), house.as_(Role.COORDINATOR, "c", COMMUNITY)
    await stage.enrol(fitting("v-1", profession="judge"))
    await house.ask("POST", f"/api/posts/{MEDIATION}/claim", me)
    assert (200, "none") == await _vetted(house, f"/api/posts/{MEDIATION}/claims/v-1/vet", here, approve=False)
    assert ([], []) == (await stage.all(select(Claim)), await told(stage))
    assert 404 == (await _vetted(house, f"/api/posts/{MEDIATION}/claims/v-1/vet", here, approve=True))[0]


async def test_a_hidden_employer_stays_hidden_in_the_vetting_list(house: House) -> None:
    """The coordinator reads the unit of one volunteer, and not that of another."""
    units = house.stage.rules.units
    hidden, shown = (next(unit for unit in units if unit.hidden is is_hidden) for is_hidden in (True, False))
    rows = [
        fitting(who, profession="judge").model_copy(update={"unit": unit.unit_id})
        for who, unit in (("v-1", hidden), ("v-2", shown))
    ]
    await house.stage.enrol(*rows)
    for row in rows:
        await house.ask("POST", f"/api/posts/{MEDIATION}/claim", house.as_(Role.VOLUNTEER, row.volunteer_id))
    _, listed = await house.ask("GET", "/api/claims", house.as_(Role.COORDINATOR, "c", COMMUNITY))
    assert [None, shown.name.zh] == [(one["unit_name"] or {}).get("zh") for one in listed["items"]]


async def test_posts_say_what_is_left_and_what_one_may_do(house: House) -> None:
    """Around my home: mine, full, of another profession, open; what a volunteer may claim they can."""
    await house.stage.enrol(fitting("v-1", SAFETY), fitting("v-2"))
    _, page = await house.ask("GET", "/api/posts?limit=200", house.as_(Role.VOLUNTEER, "v-1"))
    posts = {post["post_id"]: post for post in page["items"]}
    named = ("held", "left", "mine", "fits", "may_claim", "reason", "open")
    assert (1, 1, "held", True, False, "already_claimed", False) == tuple(posts[SAFETY][name] for name in named)
    assert (0, 6, "none", True, True, None, True) == tuple(posts[SWEEPING][name] for name in named)
    assert (0, 4, "none", False, False, "profession_does_not_fit", False) == tuple(
        posts[MEDIATION][name] for name in named
    )
    assert "safety-maoling-east-g2" not in posts
    _, other = await house.ask("GET", "/api/posts?area=maoling-east-g2", house.as_(Role.VOLUNTEER, "v-1"))
    assert "not_of_this_area" == next(
        post["reason"] for post in other["items"] if post["post_id"] == "safety-maoling-east-g2"
    )
    assert 404 == (await house.ask("GET", "/api/posts?area=nowhere", house.as_(Role.VOLUNTEER, "v-1")))[0]


async def test_posts_come_page_by_page(house: House) -> None:
    """Every post once, whoever looks."""
    coordinator = house.as_(Role.COORDINATOR, "c", "qindu")
    seen: list[str] = []
    path = "/api/posts?limit=50"
    while path:
        _, page = await house.ask("GET", path, coordinator)
        seen += [post["post_id"] for post in page["items"]]
        path = f"/api/posts?limit=50&cursor={page['next']}" if page["next"] else ""
    assert sorted(post.post_id for post in house.stage.rules.posts) == seen


async def test_the_longest_idle_post_comes_first(house: House) -> None:
    """A post that was full becomes idle when somebody leaves; the others were idle before."""
    stage, coordinator = house.stage, house.as_(Role.COORDINATOR, "c", GRID)
    await stage.enrol(fitting("v-1", SAFETY), fitting("v-2", SAFETY))
    assert [] == (await house.ask("GET", "/api/posts/idle", coordinator))[1]["items"]
    stage.later(hours=1)
    await stage.do(stage.use_cases.claiming.release_posts, ReleasePost(SAFETY, "v-1"))
    (idle,) = (await house.ask("GET", "/api/posts/idle", coordinator))[1]["items"]
    assert (SAFETY, 1, 1) == (idle["post_id"], idle["held"], idle["left"])
    _, first = await house.ask("GET", "/api/posts/idle?limit=1", house.as_(Role.COORDINATOR, "c", COMMUNITY))
    _, rest = await house.ask(
        "GET", f"/api/posts/idle?limit=200&cursor={first['next']}", house.as_(Role.COORDINATOR, "c", COMMUNITY)
    )
    listed = [*first["items"], *rest["items"]]
    since = [one["idle_since"] for one in listed]
    assert (sorted(since), SAFETY, 14) == (since, listed[-1]["post_id"], len(listed))
    await house.ask("POST", f"/api/posts/{SAFETY}/claim", house.as_(Role.VOLUNTEER, "v-1"))
    rows = await stage.all(select(Post).where(col(Post.post_id) == SAFETY))
    assert [None] == [row.idle_since for row in rows]


async def test_a_claim_is_known_to_the_next_pairing(stage: Stage) -> None:
    """A volunteer who took a post up is asked for the next order there; once released, nobody is."""
    await stage.enrol(fitting("v-1"), fitting("v-2"))
    assert {} == await stage.offer_states(await stage.place("fire_check", grid=GRID))
    await stage.do(stage.use_cases.claiming.claim_posts, ClaimPost(SAFETY, "v-2"))
    assert {"v-2": "open"} == await stage.offer_states(await stage.place("fire_check", grid=GRID))
    await stage.do(stage.use_cases.claiming.release_posts, ReleasePost(SAFETY, "v-2"))
    assert {} == await stage.offer_states(await stage.place("fire_check", grid=GRID))


async def _vetted(house: House, path: str, caller: dict[str, str], *, approve: bool) -> tuple[int, str | None]:
    status, answer = await house.ask("POST", path, caller, {"approve": approve})
    return status, answer.get("state")
