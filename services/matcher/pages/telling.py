"""What the pages say about the pairing: why somebody was asked, what became of an answer, where holders are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.matcher.models.legs import NO_HOLDERS
from services.matcher.policies.acceptance import OfferState, Source
from services.matcher.policies.chance import HOURS_OF_A_PART
from services.matcher.policies.eligibility import Reason
from services.matcher.policies.recommending import Speaking
from services.matcher.queries.recommended import RecommendedView
from services.matcher.queries.views import GapView
from shared.community.areas import AreaTree
from shared.community.definition import Community
from shared.community.pairing import Weights
from shared.contracts.words import OrderState
from shared.web.i18n import current_reader, gettext, msgid, ngettext
from shared.web.wording import place_name

CLOSE = 1.5
"""Steps of distance by the tree, up to which somebody lives close by: the same building or grid."""

RESTED = 0.1
"""What is left of the memory of an ask after about five days (policies.costs): nobody was troubled lately."""

LIGHT = 1.0
"""Who carries less than one assignment's worth carries little."""

NAMED = "named"
REPORTED = "reported"

SAID: Mapping[str, str] = {
    OrderState.ASSIGNED.value: msgid("It is yours. Thank you."),
    OfferState.DRAWING.value: msgid("Thank you. Your yes counts; below you see when it is settled."),
    OfferState.STANDBY.value: msgid(
        "Thank you. Somebody else has it; you are on standby, and asked first should they not be able to."
    ),
    OfferState.COUNTERED.value: msgid("Thank you. Your time is kept for whoever decides; somebody else may be asked."),
    OfferState.DECLINED.value: msgid("Thank you for saying so. You need not do anything else."),
    REPORTED: msgid("Thank you. The coordinator has it before them now; you hear when somebody has seen to it."),
    NAMED: msgid("Thank you. They are asked now, and may refuse."),
}
"""What becomes of an answer, said once on the page that follows."""

PARTS = (
    msgid("at night"),
    msgid("in the early morning"),
    msgid("in the morning"),
    msgid("in the afternoon"),
    msgid("in the early evening"),
    msgid("in the late evening"),
)
"""The parts of the day, four hours each."""

_NOBODY = msgid("%(post)s in %(place)s lacks holders")
_NOT_THEN = msgid("%(post)s in %(place)s lacks holders who have time %(part)s")
_TOO_FEW = msgid("%(post)s in %(place)s has too few holders %(part)s: those there are do what they can")
_OTHERS = msgid("%(post)s in %(place)s lacks holders who may be asked %(part)s")
_UNVETTED = msgid("%(post)s in %(place)s has holders who wait to be vetted")
GAPS: Mapping[str, str] = {
    NO_HOLDERS: _NOBODY,
    Reason.NOT_A_HOLDER: _NOBODY,
    Reason.NOT_VETTED: _UNVETTED,
    Reason.ABSENT: _NOT_THEN,
    Reason.NOT_FREE: _NOT_THEN,
    Reason.NOT_REACHABLE: _NOT_THEN,
    Reason.WINDOW_TAKEN: _TOO_FEW,
    Reason.AT_CAPACITY: _TOO_FEW,
    Reason.BUDGET_SPENT: _TOO_FEW,
}


SPEAKING: Mapping[Speaking, str] = {
    Speaking.KNOWN: msgid("was there before, and the resident was content"),
    Speaking.SAME_GRID: msgid("lives in the same grid"),
    Speaking.SAME_COMMUNITY: msgid("lives in the same community"),
    Speaking.ON_DUTY: msgid("is on duty"),
    Speaking.FREE_THEN: msgid("is free then"),
    Speaking.FEWEST_HOURS: msgid("has served the fewest hours"),
    Speaking.LONG_UNASKED: msgid("was not asked for a week or longer"),
}
"""What speaks for somebody a coordinator could give a leg to."""


def said(answer: str) -> str:
    """What became of an answer; nothing for a word that is none."""
    return gettext(SAID.get(answer, ""))


def why(source: str, parts: Mapping[str, float], eligible: int, weights: Weights) -> str:
    """Why somebody was chosen, in one sentence: what spoke for them, and how many there were to choose from."""
    if source == Source.CALL_UP:
        return gettext("Named by the secretary of the unit.")
    if source == Source.STANDBY:
        return gettext("Said yes before, and a place has become free.")
    among = ngettext("the only one who could", "one of %(num)s who could", eligible) % {"num": eligible}
    told = [*_speaking_for(parts, weights), *([among] if eligible else [])]
    if source == Source.POOL:
        told.insert(0, gettext("asked for it"))
    return gettext(", ").join(told)


def how_far(home: str, area: str, areas: AreaTree) -> str:
    """How far an order is from a volunteer's home, in words; only their own page tells it. Empty when nobody knows."""
    if not (areas.knows(home) and areas.knows(area)):
        return ""
    home, area = areas.going_on_for(home), areas.going_on_for(area)
    if areas.grid_of(home) is not None and areas.grid_of(home) == areas.grid_of(area):
        return gettext("In your own grid")
    if areas.community_of(home) is not None and areas.community_of(home) == areas.community_of(area):
        return gettext("In your own community")
    return gettext("In another community")


def _speaking_for(parts: Mapping[str, float], weights: Weights) -> Iterator[str]:
    if parts.get("continuity", 0.0) < 0:
        yield gettext("known to the resident")
    if parts.get("near", CLOSE * weights.near) < CLOSE * weights.near:
        yield gettext("close by")
    if parts.get("rest", weights.rest) < RESTED * weights.rest:
        yield gettext("not asked lately")
    if parts.get("load", weights.load) < LIGHT * weights.load:
        yield gettext("with little else to do")


def recommended(one: RecommendedView) -> str:
    """One of the recommended as a line: the name, the number on the roster, and what speaks for them."""
    told = gettext(", ").join(gettext(SPEAKING[reason]) for reason in one.reasons)
    named = f"{one.name} ({one.volunteer_id})"
    return gettext("%(name)s: %(reasons)s") % {"name": named, "reasons": told} if told else named


def gap(view: GapView, rules: Community) -> str:
    """One gap as a sentence: which post lacks holders, where, and in which part of the day."""
    post = view.post_name.told_in(current_reader().language) if view.post_name else view.post
    told = {"post": post, "place": place_name(rules.areas, view.area), "part": gettext(PARTS[view.part_of_day])}
    return gettext(GAPS.get(view.reason, _OTHERS)) % told


def hours(part: int) -> str:
    """The hours of a part of the day."""
    return f"{part * HOURS_OF_A_PART}:00–{(part + 1) * HOURS_OF_A_PART}:00"
