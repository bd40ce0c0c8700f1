"""Who may take up a post: vacancy, the rule of the area (双报到), the professions that fit; each no has its name."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.community.areas import AreaTree
from shared.community.definition import Community
from shared.community.posts import Post, Skill
from shared.contracts.refusal import Conflict, FieldError, Forbidden, Invalid, Refusal


class ClaimState(StrEnum):
    """Whether a claim counts, or waits for a coordinator because the skill needs vetting. Both take a place."""

    HELD = "held"
    WAITING = "waiting"


class AlreadyClaimed(Conflict):
    """The volunteer has a place of this post, held or waiting."""

    title = "You have claimed this post already"


class PostFull(Conflict):
    """Every place of the post is taken."""

    title = "All places of this post are taken"


class NotClaimed(Conflict):
    """Only who has a place of a post can release it."""

    title = "You have not claimed this post"


class NotWaiting(Conflict):
    """The claim was vetted already, or never needed it."""

    title = "This claim does not wait to be vetted"


class NotOfThisArea(Forbidden):
    """Neither the home nor the unit of the volunteer belongs to the post's area."""

    title = "This post belongs to another area than your home and your unit"


class ProfessionDoesNotFit(Forbidden):
    """The skill asks for other professions."""

    title = "This post asks for another profession"


class RegistrationInvalid(Invalid):
    """Home, unit or profession are not known."""


class ClaimRule(StrEnum):
    """Why somebody may not claim a post: the code that goes out; ``refusal_of`` has the refusal."""

    ALREADY_CLAIMED = "already_claimed"
    NOT_OF_THIS_AREA = "not_of_this_area"
    PROFESSION_DOES_NOT_FIT = "profession_does_not_fit"
    POST_FULL = "post_full"


_REFUSALS: dict[ClaimRule, type[Refusal]] = {
    ClaimRule.ALREADY_CLAIMED: AlreadyClaimed,
    ClaimRule.NOT_OF_THIS_AREA: NotOfThisArea,
    ClaimRule.PROFESSION_DOES_NOT_FIT: ProfessionDoesNotFit,
    ClaimRule.POST_FULL: PostFull,
}


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a volunteer is registered (双报到): at home, and with the unit by the areas it sits in and is paired with.

    ``profession``: what they work as, None when they did not say.
    """

    home: str
    unit_areas: tuple[str, ...] = ()
    profession: str | None = None


def belongs(registration: Registration, area: str, areas: AreaTree) -> bool:
    """Whether a volunteer belongs to the area of a post.

    By their home, at or below it; or by their unit: where it sits or is responsible lies at or below the post's area,
    or above it within one community. A unit registers with its community (mission.md, dual registration), so it
    belongs to every grid there; an area above the communities is too wide to make anybody belong to all below it.
    """
    if areas.at_or_below(registration.home, area):
        return True
    return any(_unit_belongs(place, area, areas) for place in registration.unit_areas)


def _unit_belongs(place: str, area: str, areas: AreaTree) -> bool:
    if place not in areas:
        return False
    return areas.at_or_below(place, area) or (areas.community_of(place) is not None and areas.at_or_below(area, place))


def fits(registration: Registration, skill: Skill) -> bool:
    """Whether the profession is one the skill asks for; a skill that names none takes any."""
    return not skill.professions or registration.profession in skill.professions


def reasons(
    registration: Registration, post: Post, skill: Skill, areas: AreaTree, *, left: int, claimed: bool
) -> Iterator[ClaimRule]:
    """Every reason against a claim, the one that says most first; none means it may be made.

    ``left``: places nobody has; ``claimed``: whether the volunteer has one of the others.
    """
    if claimed:
        yield ClaimRule.ALREADY_CLAIMED
    if not belongs(registration, post.area, areas):
        yield ClaimRule.NOT_OF_THIS_AREA
    if not fits(registration, skill):
        yield ClaimRule.PROFESSION_DOES_NOT_FIT
    if left < 1:
        yield ClaimRule.POST_FULL


def refusal_of(rule: ClaimRule) -> Refusal:
    """The refusal that tells of a broken rule."""
    return _REFUSALS[rule]()


def state_of(skill: Skill, *, vetted: bool) -> ClaimState:
    """A new claim counts at once unless the skill needs vetting and nobody has vetted it."""
    return ClaimState.WAITING if skill.needs_vetting and not vetted else ClaimState.HELD


def areas_of_interest(registration: Registration, areas: AreaTree) -> Collection[str]:
    """The areas whose posts a volunteer may want to see: those above their home and around their unit."""
    seen = dict.fromkeys(areas.ancestors(registration.home)) if areas.knows(registration.home) else {}
    for place in registration.unit_areas:
        if place in areas:
            seen |= dict.fromkeys(areas.ancestors(place))
            if areas.community_of(place) is not None:
                seen |= dict.fromkeys(areas.below(place))
    return seen.keys()


def check_registration(
    home: str, unit: str | None, profession: str | None, rules: Community, units: Container[str]
) -> None:
    """Raises ``RegistrationInvalid``, naming each of the fields, unless the home is a grid or lies in one and the
    others, where given, are known.
    """
    errors = []
    if home not in rules.areas:
        errors.append(FieldError("/home", "There is no such area"))
    elif rules.areas.grid_of(home) is None:
        errors.append(FieldError("/home", "A home is a grid or lies in one"))
    if unit is not None and unit not in units:
        errors.append(FieldError("/unit", "There is no such unit"))
    if profession is not None and profession not in rules.professions_by_code:
        errors.append(FieldError("/profession", "There is no such profession"))
    if errors:
        raise RegistrationInvalid(errors=errors)
