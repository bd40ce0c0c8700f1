"""The definition's roster brought to a fresh stack, and somebody of it to try the pages as."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx2

from deploy.attached import COMMAND_TTL, county_coordinator, sign
from deploy.layout import Layout
from deploy.posting import PostRefused, post_coordinators, post_roster, row_errors
from deploy.problems import StackProblem
from shared.community.definition import Community
from shared.community.incumbents import Incumbent, read_incumbents
from shared.community.roster import MAX_ROWS, RosterInvalid, RosterRow, read_roster
from shared.contracts.words import Role
from shared.identity.tokens import Caller

_ANSWER_SECONDS = 30.0
_LOOK_TTL = timedelta(minutes=1)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Demonstration:
    """A community with the volunteers its definition names, and who holds the offices of its coordinators."""

    community: Community
    volunteers: tuple[RosterRow, ...]
    incumbents: tuple[Incumbent, ...] = ()

    @classmethod
    def of(cls, community: Community) -> Demonstration:
        """Read the people the definition names, where it names any. Raises ``StackProblem``."""
        many = partial(read_incumbents, max_rows=MAX_ROWS)
        return cls(
            community,
            tuple(_read(read_roster, community.roster, community)),
            tuple(_read(many, community.incumbents, community)),
        )

    @property
    def volunteer(self) -> RosterRow | None:
        """The first who holds a post, so that offers come to them; else the first of all."""
        holders = (row for row in self.volunteers if row.posts)
        return next(holders, self.volunteers[0] if self.volunteers else None)

    def bring(self, layout: Layout, matcher: str, say: Callable[[str], None]) -> None:
        """Post the roster to matcher unless it is there already, telling the progress. Raises ``StackProblem``.

        An import is all or nothing, so that one volunteer known means the roster is there.
        """
        path = self.community.roster
        if path is None or self.volunteer is None or _is_known(layout, matcher, self.volunteer.volunteer_id):
            return
        say(f"roster: importing {len(self.volunteers):,} volunteers")
        began = time.monotonic()
        token = sign(layout, county_coordinator(self.community), COMMAND_TTL)
        try:
            post_roster(matcher, token, path)
            if self.community.incumbents is not None:
                post_coordinators(matcher, token, self.community.incumbents)
        except PostRefused as refused:
            faults = "".join(f"\n  {line}" for line in row_errors(refused.problem))
            raise StackProblem(f"matcher refused the roster: {refused}{faults}") from None
        say(f"roster: imported in {time.monotonic() - began:.1f} s")


def _read(read: Callable[[bytes, str, Community], list[Row]], path: Path | None, community: Community) -> list[Row]:
    if path is None:
        return []
    try:
        return read(path.read_bytes(), path.name, community)
    except RosterInvalid as invalid:
        faults = "".join(f"\n  {fault}" for fault in invalid.faults)
        raise StackProblem(f"{path} is not valid:{faults}") from None
    except OSError as error:
        raise StackProblem(f"cannot read {path}: {error.strerror}") from None


def _is_known(layout: Layout, matcher: str, volunteer_id: str) -> bool:
    token = sign(layout, Caller(Role.VOLUNTEER, volunteer_id), _LOOK_TTL)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        response = httpx2.get(f"{matcher}/api/me", headers=headers, timeout=_ANSWER_SECONDS, trust_env=False)
    except httpx2.HTTPError as error:
        raise StackProblem(f"matcher does not answer: {error}") from None
    if response.status_code in {200, 404}:
        return response.status_code == 200
    raise StackProblem(f"matcher answered {response.status_code} when asked for a volunteer of the roster")
