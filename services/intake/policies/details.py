"""What an entry of a timeline keeps of a fact besides its kind: one code, which the resident's words depend on.

Who could not, and why, is nobody's business (mission.md, fairness): of the reasons of a hand-back only those are kept
that concern the resident.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.contracts import intake, matcher
from shared.contracts.envelope import Event

AGREED, REFUSED, BY_WORD = "agreed", "refused", "by_word"
TURNED_AWAY = "turned_away"
TOLD_REASONS = frozenset({"recusal", "window_changed", "nobody_home"})
"""Reasons of a hand-back that the resident reads of."""


def _answer(agrees: object) -> str:
    return AGREED if agrees else REFUSED


_OF: Mapping[type[Event], Callable[[Any], str | None]] = {
    matcher.OrderEscalated: lambda event: event.reason,
    matcher.ErrandAdvanced: lambda event: event.step.value,
    matcher.LegAssigned: lambda event: event.by,
    matcher.LegHandedBack: lambda event: event.reason if event.reason in TOLD_REASONS else None,
    matcher.OrderExtended: lambda event: BY_WORD if event.by_word else AGREED,
    intake.OrderReviewed: lambda event: event.outcome.value,
    intake.OrderClosed: lambda event: TURNED_AWAY if event.turned_away else event.outcome.value,
    intake.VerdictGiven: lambda event: event.outcome.value,
    intake.ResidentJoined: lambda event: event.part.value,
    intake.PartyAnswered: lambda event: _answer(event.agrees),
    intake.ExtensionAnswered: lambda event: _answer(event.accepted),
    intake.ClosingAnswered: lambda event: _answer(event.accepted),
    intake.CallDue: lambda event: event.kind.value,
    intake.CallLogged: lambda event: f"{event.kind.value}.{event.result.value}",
}


def detail_of(event: Event) -> str | None:
    """The code of a fact; None where its kind says it all."""
    told = _OF.get(type(event))
    return told(event) if told else None
