"""How pressing each kind of notice is, and which ones a person may do without."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from services.notifier.commands import Group
from services.notifier.policies import kinds
from shared.contracts.words import Role, Urgency


class Manner(StrEnum):
    """``urgent``: somebody may be in danger, or is needed at once. ``prompt``: it needs an answer, or changes what
    somebody is about to do. ``soon``: good to know. ``quiet``: nothing depends on when it is read."""

    URGENT = "urgent"
    PROMPT = "prompt"
    SOON = "soon"
    QUIET = "quiet"

    @property
    def can_wait(self) -> bool:
        """Whether it may wait for others, or for the digest."""
        return self in {Manner.SOON, Manner.QUIET}

    @property
    def weight(self) -> int:
        """The more pressing, the smaller."""
        return list(Manner).index(self)


_URGENT = frozenset({"incident_raised"})
_AS_THE_ORDER = frozenset({"offer_made", kinds.OFFER_NAMED, "call_up_made"})
"""Urgent when the order is, else prompt."""
_SOON: frozenset[tuple[str, Role]] = frozenset(
    {
        (kind, Role.RESIDENT)
        for kind in (
            kinds.LEG_JOINED,
            kinds.STILL_LOOKING,
            "order_escalated",
            "order_referred",
            "order_released",
            "order_extended",
            "order_closed",
            "order_done",
            "resident_joined",
            "resident_left",
            "review_reminded",
            "papers_received",
            "in_progress",
            "incident_answered",
            kinds.MATTER_ENDED,
            kinds.ORDER_SPLIT,
        )
    }
    | {(kind, Role.VOLUNTEER) for kind in (kinds.OFFER_WITHDRAWN, "incident_answered", kinds.ORDER_WENT_UP)}
    | {(kinds.ORDER_WENT_UP, Role.COORDINATOR), (kinds.ALERTED, Role.COORDINATOR), (kinds.ALERTED, Role.OPS)}
)
_QUIET: frozenset[tuple[str, Role]] = frozenset(
    {(kind, Role.VOLUNTEER) for kind in (kinds.LEG_TAKEN, kinds.OFFER_SETTLED, "order_closed", kinds.WEEKLY_THANKS)}
)
_GROUPS: Mapping[tuple[str, Role], Group] = {
    (kinds.WEEKLY_THANKS, Role.VOLUNTEER): Group.THANKS,
    ("order_closed", Role.VOLUNTEER): Group.THANKS,
    (kinds.LEG_TAKEN, Role.VOLUNTEER): Group.THANKS,
    (kinds.OFFER_SETTLED, Role.VOLUNTEER): Group.THANKS,
    (kinds.REMINDER_DAY, Role.VOLUNTEER): Group.REMINDERS,
    (kinds.REMINDER_HOUR, Role.VOLUNTEER): Group.REMINDERS,
    ("review_reminded", Role.RESIDENT): Group.REMINDERS,
    (kinds.LEG_JOINED, Role.RESIDENT): Group.PROGRESS,
    (kinds.STILL_LOOKING, Role.RESIDENT): Group.PROGRESS,
    ("order_released", Role.RESIDENT): Group.PROGRESS,
    ("papers_received", Role.RESIDENT): Group.PROGRESS,
    ("in_progress", Role.RESIDENT): Group.PROGRESS,
}


def manner_of(kind: str, role: Role, urgency: Urgency | None) -> Manner:
    """How pressing a notice is; ``urgency`` is its order's, None where it is about none."""
    if kind in _URGENT:
        return Manner.URGENT
    if kind in _AS_THE_ORDER:
        return Manner.URGENT if urgency is Urgency.URGENT else Manner.PROMPT
    if kind == "leg_assigned" and urgency is Urgency.URGENT:
        return Manner.URGENT
    if (kind, role) in _SOON:
        return Manner.SOON
    return Manner.QUIET if (kind, role) in _QUIET else Manner.PROMPT


def group_of(kind: str, role: Role) -> Group | None:
    """The group a person may do without that a notice belongs to; None for what they have to hear."""
    return _GROUPS.get((kind, role))
