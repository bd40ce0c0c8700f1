"""Volunteers take up posts and release them; coordinators vet who has to be vetted.

The roster's row is locked first, so of two who claim the last place one is second, on both databases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.commands import VetClaim
from services.matcher.models import Claim
from services.matcher.models.personal import Personal
from services.matcher.policies.claims import (
    ClaimState,
    NotClaimed,
    NotWaiting,
    Registration,
    reasons,
    refusal_of,
    state_of,
)
from services.matcher.repository import Unit
from services.matcher.use_cases.steps import volunteer_topic
from shared.community.definition import Community
from shared.contracts.audit import Deed, Who, decided
from shared.contracts.matcher import PostClaimed, PostEvent, PostReleased
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Role
from shared.persistence.vault import Vault

POSTS = "posts"
"""The topic of whoever watches posts."""


@dataclass(frozen=True)
class ClaimPost:
    """A volunteer takes up a post."""

    post_id: str
    volunteer_id: str


@dataclass(frozen=True)
class ReleasePost:
    """A volunteer gives a post up, no reason asked."""

    post_id: str
    volunteer_id: str


@dataclass(frozen=True)
class Vetting:
    """A coordinator's answer to a claim within the areas they act for."""

    post_id: str
    volunteer_id: str
    coordinator_id: str
    areas: Sequence[str]
    wish: VetClaim

    @property
    def deed(self) -> Deed:
        """The answer as the audit keeps it."""
        by = Who(Role.COORDINATOR.value, self.coordinator_id, self.areas[0])
        verb = "vet" if self.wish.approve else "turn_down"
        return decided(by, verb, subject=self.volunteer_id, reason=self.post_id)


@dataclass
class _Places:
    """What claims are judged by: claims that are there, places that are taken, who wants one."""

    claims: dict[tuple[str, str], Claim]
    taken: dict[str, int]
    registrations: Mapping[str, Registration]


class Claiming:
    """Keeps who has a place of which post."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault

    async def claim_posts(self, uow: Unit, commands: Sequence[ClaimPost]) -> list[ClaimState | Refusal]:
        """Each volunteer has the post, or waits to be vetted, or hears why not.

        Refusals: ``NotFound``, ``AlreadyClaimed``, ``NotOfThisArea``, ``ProfessionDoesNotFit``, ``PostFull``.
        """
        await uow.repository.raise_revision(uow.now)
        places = await self._places(uow, commands)
        answers: list[ClaimState | Refusal] = []
        for command in commands:
            try:
                answers.append(await self._claim(uow, places, command))
            except Refusal as refusal:
                answers.append(refusal)
        await self._changed(uow, commands)
        return answers

    async def release_posts(self, uow: Unit, commands: Sequence[ReleasePost]) -> list[str | Refusal]:
        """The place is free again; assignments that run go on. Answers are post ids. Refusals: ``NotClaimed``."""
        await uow.repository.raise_revision(uow.now)
        claims = await uow.repository.claims_at({(one.post_id, one.volunteer_id) for one in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            claim = claims.pop((command.post_id, command.volunteer_id), None)
            if claim is None:
                answers.append(NotClaimed())
                continue
            await self._give_up(uow, claim)
            answers.append(command.post_id)
        await self._changed(uow, commands)
        return answers

    async def give_up_all(self, uow: Unit, volunteer_id: str) -> None:
        """Somebody who leaves has no post any more. The roster's revision was raised by whoever calls."""
        claimed = (await uow.repository.claims_of([volunteer_id])).get(volunteer_id, {})
        if not claimed:
            return
        claims = await uow.repository.claims_at({(post_id, volunteer_id) for post_id in claimed})
        for claim in claims.values():
            await self._give_up(uow, claim)
        await uow.repository.note_idle(uow.now, list(claimed))
        uow.announce(POSTS)

    async def vet_claims(self, uow: Unit, commands: Sequence[Vetting]) -> list[str | Refusal]:
        """A claim that waits counts from now on, or is taken back. Answers are post ids.

        Refusals: ``NotFound`` for a post elsewhere or a claim that is not there, ``NotWaiting``.
        """
        await uow.repository.raise_revision(uow.now)
        claims = await uow.repository.claims_at({(one.post_id, one.volunteer_id) for one in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            try:
                answers.append(await self._vet(uow, claims, command))
            except Refusal as refusal:
                answers.append(refusal)
                continue
            uow.audit(command.deed)
        await self._changed(uow, commands)
        return answers

    async def _claim(self, uow: Unit, places: _Places, command: ClaimPost) -> ClaimState:
        post = self._rules.posts_by_id.get(command.post_id)
        registration = places.registrations.get(command.volunteer_id)
        if post is None or registration is None or command.post_id not in places.taken:
            raise NotFound
        skill = self._rules.skills_by_code[post.skill]
        left = post.headcount - places.taken[post.post_id]
        key = (command.post_id, command.volunteer_id)
        claimed = key in places.claims
        for rule in reasons(registration, post, skill, self._rules.areas, left=left, claimed=claimed):
            raise refusal_of(rule)
        state = state_of(skill, vetted=False)
        claim = Claim(post_id=post.post_id, volunteer_id=command.volunteer_id, state=state.value, claimed_at=uow.now)
        await uow.repository.claim(claim)
        places.claims[key] = claim
        places.taken[post.post_id] += 1
        if claim.is_held:
            self._tell(uow, PostClaimed, claim)
        return state

    async def _vet(self, uow: Unit, claims: dict[tuple[str, str], Claim], command: Vetting) -> str:
        post, key = self._rules.posts_by_id.get(command.post_id), (command.post_id, command.volunteer_id)
        claim = claims.get(key)
        if post is None or claim is None or not self._rules.areas.within(post.area, command.areas):
            raise NotFound
        if claim.is_held:
            raise NotWaiting
        if command.wish.approve:
            claim.vet()
            self._tell(uow, PostClaimed, claim)
        else:
            del claims[key]
            await self._give_up(uow, claim)
        return command.post_id

    async def _give_up(self, uow: Unit, claim: Claim) -> None:
        """Nobody is told about a claim that never counted."""
        await uow.repository.unclaim(claim)
        if claim.is_held:
            self._tell(uow, PostReleased, claim)

    def _tell(self, uow: Unit, event: type[PostEvent], claim: Claim) -> None:
        post = self._rules.posts_by_id.get(claim.post_id)
        if post is None:  # the definition has dropped it, and nobody knows it any more
            return
        uow.record(
            event(
                community=self._rules.areas.community_of(post.area),
                post_id=post.post_id,
                skill=post.skill,
                area=post.area,
                volunteer_id=claim.volunteer_id,
                at=uow.now,
            )
        )

    async def _places(self, uow: Unit, commands: Sequence[ClaimPost]) -> _Places:
        repository = uow.repository
        wanted = {(one.post_id, one.volunteer_id) for one in commands}
        volunteers = await repository.volunteers({volunteer_id for _, volunteer_id in wanted})
        units = await repository.units()
        registrations = {}
        for volunteer_id, volunteer in volunteers.items():
            if not volunteer.is_there:
                continue
            personal = Personal.opened(self._vault, volunteer_id, volunteer.sealed)
            unit = units.get(personal.unit or "")
            registrations[volunteer_id] = personal.registration(unit.areas if unit else ())
        taken = await repository.places_taken({post_id for post_id, _ in wanted})
        return _Places(await repository.claims_at(wanted), taken, registrations)

    async def _changed(self, uow: Unit, commands: Sequence[ClaimPost | ReleasePost | Vetting]) -> None:
        """The index of candidates and whoever watches hear of it, also where a command was refused."""
        people = {command.volunteer_id for command in commands}
        await uow.repository.stamp(people, uow.repository.raised)
        await uow.repository.note_idle(uow.now, {command.post_id for command in commands})
        uow.announce(POSTS, *map(volunteer_topic, people))
