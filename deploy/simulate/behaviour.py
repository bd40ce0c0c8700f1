"""How the people of the simulation behave: every assumption, in this module and nowhere else.

Nothing here was measured, save what says so; the figures of a simulation are worth what these numbers are worth.
They are printed with the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from shared.contracts.words import Urgency

URGENT, NORMAL, FLEXIBLE = Urgency.URGENT, Urgency.NORMAL, Urgency.FLEXIBLE

# fmt: off
_SERVICES = {
    "neighbour_dispute": 9.0, "family_mediation": 3.0,  # 2,630 disputes a year: 12 of 100 when 60 a day are placed
    "patrol": 3.0, "fire_check": 3.0,  # 1,362 grid matters a year: 6 of 100
    "small_repairs": 10.0, "appliance_repair": 7.0, "moving": 7.0, "wardrobe": 3.0, "sweeping": 8.0,
    "health_check": 8.0, "counselling": 3.0, "companionship": 7.0, "hospital_escort": 5.0,
    "homework_help": 5.0, "smartphone_lesson": 5.0, "policy_question": 5.0, "policy_talk": 2.0,
    "legal_advice": 4.0, "document_check": 3.0,
}
# fmt: on
_DAY = (1, 0, 0, 0, 0, 1, 3, 6, 9, 10, 9, 7, 5, 5, 7, 7, 6, 6, 7, 9, 8, 5, 3, 1)
_MOOD = (0.2,) * 7 + (0.7,) + (1.0,) * 10 + (1.2,) * 4 + (0.7, 0.3)


def _assume(value: Any, meaning: str) -> Any:
    """A number with what it means."""
    return field(default_factory=lambda: value, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Assumptions:
    """One way for people to behave. Hours are local; minutes with a spread are log-normal: median, and the deviation
    of the logarithm.
    """

    # Residents
    services: Mapping[str, float] = _assume(
        _SERVICES, "weights of what volunteers are asked for; the shares of disputes and grid matters are Wugong's"
    )
    other_service: float = _assume(3.0, "weight of a service that the list does not name")
    day: tuple[float, ...] = _assume(_DAY, "weights of the hours 0 to 23 in which orders are placed (Poisson)")
    weekend: float = _assume(0.8, "orders of a Saturday or Sunday against a weekday's")
    called_urgent: float = _assume(0.05, "share of normal orders that the resident calls urgent")
    with_window: float = _assume(0.35, "share of orders, urgent ones aside, that ask for two hours of a day ahead")
    days_ahead: tuple[int, int] = _assume((1, 5), "how many days ahead such a window is, from and to")
    evening: float = _assume(0.6, "share of windows that are an evening (19 to 21); the others begin at 9 to 16")
    returning: float = _assume(0.15, "share of orders by the resident of the grid's last order of the same service")

    # Volunteers who are asked
    acceptance: float = _assume(0.30, "mean over people of saying yes, asked rested, free and near, at an even hour")
    sameness: float = _assume(5.0, "how alike people are: a person's own mean is Beta(mean x this, (1 - mean) x this)")
    silent: float = _assume(0.30, "share of asks that a rested person never answers")
    counters: float = _assume(0.06, "share of asks, urgent ones aside, that a rested person answers with another time")
    rested: float = _assume(3.0, "recent asks that tire nobody; each ask counts, half as much every two days")
    tiring: float = _assume(0.15, "each recent ask above that leaves exp(-this) of the share that is answered")
    mood: tuple[float, ...] = _assume(_MOOD, "odds of a yes at the hours 0 to 23, against an even hour")
    haste: Mapping[Urgency, float] = _assume({URGENT: 1.5, NORMAL: 1.0, FLEXIBLE: 1.0}, "odds of a yes by urgency")
    each_step: float = _assume(0.85, "odds of a yes for each step of distance by the tree")
    not_free: float = _assume(0.1, "odds of a yes for a time in which the person is not free")
    looks_at_work: float = _assume(0.3, "share of those asked out of their hours who look at once, not when free again")
    reply: Mapping[Urgency, float] = _assume({URGENT: 3, NORMAL: 12, FLEXIBLE: 25}, "minutes until an answer, median")
    reply_spread: float = _assume(0.9, "spread of the minutes until an answer")
    agrees_at_work: float = _assume(0.4, "share of in-service volunteers who let urgent orders reach them at work")
    looks_at_pool: float = _assume(0.03, "share of volunteers who look at the pool on a given day, once")
    takes_from_pool: float = _assume(0.5, "odds, against an offer, of asking for the leg that is due first there")

    # Volunteers who have a leg
    hands_back: float = _assume(0.04, "share of assignments that are given back")
    no_show: float = _assume(0.02, "share of assignments that nobody ever starts")
    sets_out: Mapping[Urgency, float] = _assume(
        {URGENT: 10, NORMAL: 150, FLEXIBLE: 600}, "minutes until the volunteer sets out without a window, when free"
    )
    sets_out_spread: float = _assume(0.7, "spread of the minutes until the volunteer sets out")
    serving_spread: float = _assume(0.25, "spread of the serving time around the catalogue's")

    # Secretaries and coordinators
    names_member: float = _assume(0.5, "share of call-ups to which a unit's secretary names a member")
    refuses_call_up: float = _assume(0.3, "share of members named by their secretary who refuse")
    naming: float = _assume(20.0, "minutes until a secretary names a member (median; spread 0.8), from 8 to 21")
    desk_hours: tuple[int, int] = _assume((8, 21), "hours of a grid's or community's coordinator, every day")
    office_hours: tuple[int, int] = _assume((9, 18), "hours in which the tiers above decide, on workdays")
    deciding: Mapping[Urgency, float] = _assume(
        {URGENT: 15, NORMAL: 90, FLEXIBLE: 180}, "minutes a coordinator takes within those hours, median"
    )
    deciding_spread: float = _assume(0.8, "spread of the minutes a coordinator takes")
    settles: float = _assume(0.97, "share that a coordinator settles; the rest is passed up, and settled at the top")

    # Residents at the end
    reviews: float = _assume(0.7, "share of served orders that are reviewed; the others close without a reply")
    review_hours: float = _assume(6.0, "hours until the review (median; spread 1)")
    not_fixed: float = _assume(0.04, "share of first reviews that say not fixed; the order runs again")
    content: float = _assume(0.92, "share of the other reviews that say fixed; the rest say partly")

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Name, value and meaning of every assumption, as they are printed."""
        for one in fields(self):
            yield one.name, _shown(getattr(self, one.name)), one.metadata["meaning"]


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {number:g}" for name, number in value.items())
    if isinstance(value, tuple):
        return " ".join(f"{number:g}" for number in value)
    return f"{value:g}"


IGNORING = Assumptions(silent=1.0, looks_at_pool=0.0, names_member=0.0)
"""Nobody answers anything: what is left is the ladder."""
