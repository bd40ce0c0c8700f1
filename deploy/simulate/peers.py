"""The policies that are compared, each as matcher's own pairing with another way of asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from services.matcher.policies.eligibility import Reason
from services.matcher.policies.policy import Policy
from services.matcher.policies.waves import Asking, Situation, SlackWaves, asks_needed
from shared.community.definition import Community
from shared.community.ladder import UrgencyClocks
from shared.community.pairing import PairingRules, Weights
from shared.contracts.words import Urgency

GROUP = 200
"""Members of one chat group: a community's, on average of the reference county."""
FIXED_TARGET = 0.9
NEAREST = Weights(near=1, load=0, rest=0, continuity=0, urgent=0, waiting=0, patience=0)
"""Nobody weighs anything but the distance."""


class Broadcast:
    """Everybody who holds the post at once, as in a chat group: it knows nobody's hours, windows, load or budget."""

    overlooks = frozenset(
        {
            Reason.ABSENT,
            Reason.NOT_FREE,
            Reason.WINDOW_TAKEN,
            Reason.NOT_REACHABLE,
            Reason.AT_CAPACITY,
            Reason.BUDGET_SPENT,
        }
    )

    def wave(self, situation: Situation) -> int:
        """All of them."""
        return len(situation.chances)


class OneByOne:
    """One for each place, and the next when the offer has run out; nobody's budget counts."""

    overlooks = frozenset({Reason.BUDGET_SPENT})

    def wave(self, situation: Situation) -> int:
        """The places."""
        return min(situation.places, len(situation.chances))


class FixedWaves:
    """As many as make enough yeses nine times likely out of ten, whatever the time left; nobody's budget counts."""

    overlooks = frozenset({Reason.BUDGET_SPENT})

    def wave(self, situation: Situation) -> int:
        """The fewest that reach the target, or all."""
        return asks_needed(situation.chances, situation.places, FIXED_TARGET)


@dataclass(frozen=True)
class Peer:
    """One policy. ``asking`` and ``weights`` are made from the community's own rules. ``chat``: it is a chat group,
    in which the nearest are, what was asked stays until it is due, nobody says no, and all see what was taken.
    ``alone``: without the pool and the call-up ring.
    """

    asking: Callable[[PairingRules], Asking]
    weights: Callable[[PairingRules], Weights] = lambda rules: rules.weights
    draws: bool = True
    chat: bool = False
    alone: bool = True

    def policy(self, rules: PairingRules) -> Policy:
        """How matcher's pairing goes about it."""
        return Policy(self.asking(rules), self.weights(rules), self.draws)

    def rules(self, rules: Community) -> Community:
        """The community as it would be under this policy."""
        pairing = rules.pairing.model_copy(update={"candidates": GROUP}) if self.chat else rules.pairing
        clocks = {urgency.value: self._clocks(rules.clocks.of(urgency)) for urgency in Urgency}
        return replace(rules, pairing=pairing, clocks=rules.clocks.model_copy(update=clocks))

    def _clocks(self, clocks: UrgencyClocks) -> UrgencyClocks:
        offer = clocks.dispatch_minutes if self.chat else clocks.offer_minutes
        call_up = 0 if self.alone else clocks.call_up_minutes
        return clocks.model_copy(update={"offer_minutes": offer, "call_up_minutes": call_up})


def _ours(rules: PairingRules) -> Asking:
    return SlackWaves(rules.target, rules.least_target)


PEERS: Mapping[str, Peer] = {
    "broadcast": Peer(lambda _: Broadcast(), lambda _: NEAREST, draws=False, chat=True),
    "one_by_one": Peer(lambda _: OneByOne(), lambda _: NEAREST, draws=False),
    "fixed_waves": Peer(lambda _: FixedWaves(), lambda rules: rules.weights.model_copy(update={"patience": 0.0})),
    "ours_alone": Peer(_ours),
    "ours": Peer(_ours, alone=False),
}
"""``ours_alone`` differs from ``ours`` by the pool and the ring, so that what the asking does is seen apart."""
