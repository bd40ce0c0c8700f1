"""How a pairing goes about asking: one value that a simulation may replace to compare policies."""

from __future__ import annotations

from dataclasses import dataclass

from services.matcher.policies.waves import Asking, SlackWaves
from shared.community.pairing import PairingRules, Weights


@dataclass(frozen=True)
class Policy:
    """``asking``: whom to overlook and how many to ask at a time. ``weights``: what a pair costs. ``draws``: whether
    the best yes wins within the draw window; without, the first does.
    """

    asking: Asking
    weights: Weights
    draws: bool = True

    @classmethod
    def of(cls, rules: PairingRules) -> Policy:
        """The community's own."""
        return cls(SlackWaves(rules.target, rules.least_target), rules.weights)
