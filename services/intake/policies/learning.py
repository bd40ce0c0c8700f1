"""What coordinators' corrections add to suggestions: bounded, so that one is heard and several decide.

Nothing is learned but runs of characters as keyed hashes, each with a count, by service and coordinator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.refusal import Conflict

LISTENED_TO = 3
"""So many coordinators of one mind count; further ones add nothing."""
REPEATED = 3
"""So often a coordinator has to have taught a run for its full weight; more often adds nothing."""
WEIGHT = 0.04
"""What one coordinator may add at most to a service's score (0 to 1). The catalogue's own names lead by more."""
_MOST_RUNS = 200
"""So many runs of one order are learned from: more only repeat them."""


class NoWordsKept(Conflict):
    """The order came without words, or they are gone by their time: nothing can be learned, nor taken back."""

    title = "No words of this order are kept to learn from"


@dataclass(frozen=True)
class Lesson:
    """One coordinator has taught ``count`` times that a text with this run asks for ``service``."""

    service: str
    run: str
    by: str
    count: int


def learnable(runs: Mapping[str, float]) -> list[str]:
    """Of the runs of a text those that are words more than letters: two characters at least; the rarest first."""
    worth = [run for run in runs if len(run) > 1 and (not run.isascii() or run[0] + run[-1] == "^$")]
    return sorted(worth, key=lambda run: (-runs[run], run))[:_MOST_RUNS]


def taught(weights: Mapping[str, float], lessons: Sequence[Lesson]) -> dict[str, float]:
    """What is added to each service: for each coordinator the share of the text they have taught, times ``WEIGHT``; of
    the ``LISTENED_TO`` most alike. ``weights``: of the text's learnable runs.
    """
    whole = sum(weight * weight for weight in weights.values())
    shares: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in lessons:
        sure = min(one.count, REPEATED) / REPEATED
        shares[one.service][one.by] += sure * weights.get(one.run, 0.0) ** 2 / whole if whole else 0.0
    return {service: WEIGHT * sum(sorted(by.values(), reverse=True)[:LISTENED_TO]) for service, by in shares.items()}
