"""One policy's run, and several of them beside each other."""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.queues import Queue
from pathlib import Path

import structlog

from deploy.attached import load_definition
from deploy.problems import StackProblem
from deploy.simulate.acting import Cast
from deploy.simulate.behaviour import Assumptions
from deploy.simulate.course import Course
from deploy.simulate.dice import Dice
from deploy.simulate.figures import Figures, figures_of
from deploy.simulate.peers import PEERS
from deploy.simulate.stage import Stage
from deploy.simulate.volunteers import Volunteers
from shared.community.definition import Community
from shared.community.roster import RosterRow, read_roster

BEGIN = "2026-03-02T00:00"
"""Local to the community: a Monday, and the official calendar has no holiday in the four weeks after it."""
DRAIN_DAYS = 21
"""So long after the last order a run goes on, for the orders that are still open."""
DAY = timedelta(days=1)
AT_ONCE = 2
LOOK_SECONDS = 0.2

Reached = Callable[[str, int], None]
"""Told the policy, and how many days of its run have passed."""


@dataclass(frozen=True)
class Plan:
    """One run, the same every time. ``definition``: the community's file."""

    policy: str
    definition: Path
    days: int
    seed: int
    orders_per_day: float
    assumed: Assumptions = field(default_factory=Assumptions)


@dataclass(frozen=True)
class Ran:
    """A run's figures, which its seed decides, and the seconds it took, which the machine does."""

    figures: Figures
    seconds: float


def simulate(plan: Plan, reached: Reached) -> Ran:
    """Run one policy in this process. Raises ``StackProblem`` for a definition that cannot be used."""
    began = time.monotonic()
    rules = load_definition(plan.definition)
    with tempfile.TemporaryDirectory(prefix="paidan-simulate-") as folder:
        figures = asyncio.run(_run(plan, rules, Path(folder), reached))
    return Ran(figures, time.monotonic() - began)


def simulate_all(plans: Sequence[Plan], reached: Reached) -> list[Ran]:
    """Run several policies, each in a process of its own, two at a time."""
    context = multiprocessing.get_context("spawn")
    news: Queue[tuple[str, int]] = context.Queue()
    with ProcessPoolExecutor(AT_ONCE, context, _begin, (news,)) as pool:
        running = [pool.submit(_simulate_here, plan) for plan in plans]
        left = set(running)
        while left:
            left = wait(left, timeout=LOOK_SECONDS).not_done
            while not news.empty():
                reached(*news.get())
        return [one.result() for one in running]


async def _run(plan: Plan, community: Community, folder: Path, reached: Reached) -> Figures:
    peer, dice = PEERS[plan.policy], Dice(plan.seed)
    rules, begin = peer.rules(community), datetime.fromisoformat(BEGIN).replace(tzinfo=community.zone)
    volunteers = Volunteers(rules, _roster(rules), plan.assumed, dice)
    stage = Stage(folder, rules, peer.policy(rules.pairing), begin)
    course = Course(stage)
    cast = Cast(stage, course, volunteers, plan.assumed, dice, chat=peer.chat)
    cast.place_all(begin, plan.days, plan.orders_per_day)
    if not peer.alone:
        cast.look_at_pool(begin, plan.days)
    roster = [person.row for person in volunteers.people.values()]
    async with stage.playing(roster):
        gc.freeze()  # what is known by now stays; it need not be looked at again and again
        for day in range(1, plan.days + DRAIN_DAYS + 1):
            await course.run(begin + DAY * day, cast.hear)
            cast.count.unheld = max(cast.count.unheld, len(cast.count.lives) - await stage.held())
            reached(plan.policy, min(day, plan.days))
    everybody = [row.volunteer_id for row in roster]
    tiers = [tier.kind for tier in rules.ladder.tiers]
    return figures_of(plan.policy, plan.days, cast.count, everybody, _holders(rules, roster), tiers)


def _roster(rules: Community) -> list[RosterRow]:
    if rules.roster is None:
        raise StackProblem("the definition names no roster: there is nobody to simulate")
    return read_roster(rules.roster.read_bytes(), rules.roster.name, rules)


def _holders(rules: Community, roster: Sequence[RosterRow]) -> dict[str, set[str]]:
    """Who holds a post, by skill."""
    holders: dict[str, set[str]] = {}
    for row in roster:
        for post_id in row.posts:
            holders.setdefault(rules.posts_by_id[post_id].skill, set()).add(row.volunteer_id)
    return holders


_news: list[Queue[tuple[str, int]]] = []
"""Where a process that was started for runs tells how far it is."""


def _begin(news: Queue[tuple[str, int]]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    _news.append(news)


def _simulate_here(plan: Plan) -> Ran:
    return simulate(plan, lambda policy, days: _news[0].put((policy, days)))
