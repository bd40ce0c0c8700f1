"""The tree of a coordinator's areas: who answers for each, and how much lies there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.queries.day import DeskLoadView
from shared.community.definition import Community
from shared.web.callers import CoordinatorCaller
from shared.web.i18n import current_reader
from shared.web.templating import Pages


@dataclass
class Branch:
    """One area with a coordinator of its own; ``load`` counts its desk alone, ``places`` what posts in it and below
    have free.
    """

    code: str
    name: str
    kind: str
    title: str
    load: DeskLoadView
    places: int
    below: list[Branch] = field(default_factory=list)


def area_pages(doors: Doors, pages: Pages) -> APIRouter:
    """``/areas``."""
    router = APIRouter()
    rules = doors.rules

    @router.get("/areas")
    async def tree(request: Request, caller: CoordinatorCaller) -> Response:
        tops = await doors.access.areas_of(caller)
        loads = await doors.queries.day.loads(rules.areas.desks(tops), doors.clock.now())
        free = Counter[str]()
        for post in await doors.queries.posts.idle(tops, len(rules.posts)):
            for above in rules.areas.ancestors(post.area):
                free[above] += post.left
        return pages.render(request, "areas.html", branches=[_branch(rules, top, loads, free) for top in tops])

    return router


def _branch(rules: Community, code: str, loads: dict[str, DeskLoadView], free: Counter[str]) -> Branch:
    """One area and those below it that have a coordinator."""
    language, area = current_reader().language, rules.areas[code]
    kinds = {kind.code: kind.name.told_in(language) for kind in rules.areas.kinds}
    made = Branch(
        code=code,
        name=area.name.told_in(language),
        kind=kinds.get(area.kind, area.kind),
        title=rules.coordinator_of(code).title.told_in(language),
        load=loads.get(code, DeskLoadView()),
        places=free[code],
    )
    for child in area.children:
        if child.code in rules.ladder.by_area:
            made.below.append(_branch(rules, child.code, loads, free))
    return made
