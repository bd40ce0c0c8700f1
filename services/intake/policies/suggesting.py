"""From a resident's own words to services of the catalogue, by the runs of characters they share.

Trained when the catalogue is loaded, on its names and descriptions and on the community's phrases (``runs.py`` cuts
them): each service is the sum of its phrases, where runs that few services have weigh more. Two further classes are
trained beside the services: words of danger, and words that ask for none. docs/suggesting.md has the figures.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.intake.policies.runs import normalised, runs_of
from shared.community.catalogue import Service
from shared.community.phrases import DANGER, DANGER_WORD, RESERVED, Phrases

SHOWN = 3
"""So many services are suggested at most."""

_DAMPED = 0.7
"""A run that half the phrases of a service have does not drown its other words; 0.7 is the best of 1, 0.7 and 0.5 by
cross-validation."""


@dataclass(frozen=True)
class Suggestion:
    """One service that may be meant; ``score`` is 0 to 1, 1 for all its words."""

    code: str
    score: float


@dataclass(frozen=True)
class Suggested:
    """The best services, the best first, and the one that is clearly meant, if one is. ``danger``: the words tell of
    danger, and nothing is chosen. ``lead``: by how much the best class leads, a service or not."""

    services: tuple[Suggestion, ...]
    chosen: str | None
    danger: bool = False
    lead: float = 0.0


class Suggesting:
    """The words of one catalogue, ready to be compared. What is chosen beats every other class by ``margin``."""

    def __init__(self, services: Sequence[Service], phrases: Phrases | None = None) -> None:
        phrases = phrases or Phrases()
        said = [(code, runs_of(text)) for code, text in _training(services, phrases)]
        self._margin = phrases.margin
        self._codes = sorted({code for code, _ in said})
        having = Counter(run for _, run in {(code, run) for code, runs in said for run in runs})
        self._rarity = {run: math.log(1 + len(self._codes) / count) for run, count in having.items()}
        self._unknown = math.log(1 + len(self._codes))
        self._weights = self._trained(said)
        words = (one.phrase for one in phrases.said if one.service == DANGER_WORD)
        self._danger_words = tuple(normalised(word) for word in words)

    def suggest(self, text: str, taught: Mapping[str, float] | None = None) -> Suggested:
        """What ``text`` may ask for; nothing where it shares no word with any service. ``taught``: what coordinators'
        corrections add to services (``learning.py``)."""
        scored = self._scored(text)
        for code, bonus in (taught or {}).items():
            if code in scored:
                scored[code] += bonus
        ranked = sorted(((-score, code) for code, score in scored.items() if score > 0))
        if not ranked:
            return Suggested((), None, self._is_danger(text))
        best, behind = ranked[0], ranked[1][0] if len(ranked) > 1 else 0.0
        lead = behind - best[0]
        danger = best[1] == DANGER or self._is_danger(text)
        clear = not danger and best[1] not in RESERVED and lead >= self._margin
        services = [Suggestion(code, round(min(-score, 1.0), 4)) for score, code in ranked if code not in RESERVED]
        return Suggested(tuple(services[:SHOWN]), best[1] if clear else None, danger, lead)

    def weighed(self, text: str) -> Mapping[str, float]:
        """The runs of a text with their weights, as a vector of length 1; runs nobody has taught count as rare."""
        rarity = {run: self._rarity.get(run, self._unknown) for run in runs_of(text)}
        size = math.hypot(*rarity.values())
        return {run: weight / size for run, weight in rarity.items()} if size else {}

    def _scored(self, text: str) -> dict[str, float]:
        known = {run: self._rarity[run] for run in runs_of(text) if run in self._rarity}
        size = math.hypot(*known.values())
        scores = dict.fromkeys(self._codes, 0.0)
        for run, rarity in known.items():
            for code, weight in self._weights[run]:
                scores[code] += weight * rarity / size
        return scores

    def _is_danger(self, text: str) -> bool:
        said = normalised(text)
        return any(word in said for word in self._danger_words)

    def _trained(self, said: Sequence[tuple[str, frozenset[str]]]) -> Mapping[str, Sequence[tuple[str, float]]]:
        """For each run the classes that have it, with its weight in each; the weights of a class have length 1."""
        sums: dict[str, dict[str, float]] = {code: defaultdict(float) for code in self._codes}
        for code, runs in said:
            size, summed = math.hypot(*(self._rarity[run] for run in runs)), sums[code]
            for run in runs:
                summed[run] += self._rarity[run] / size
        weights: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for code, summed in sums.items():
            damped = {run: weight**_DAMPED for run, weight in summed.items()}
            size = math.hypot(*damped.values())
            for run, weight in damped.items():
                weights[run].append((code, weight / size))
        return weights


def _training(services: Sequence[Service], phrases: Phrases) -> Iterator[tuple[str, str]]:
    """Class and words: the catalogue's own and the community's; a word of danger is an example of danger."""
    for service in services:
        for text in (service.name, service.description):
            yield service.code, text.zh
            yield service.code, text.en
    for one in phrases.said:
        yield DANGER if one.service == DANGER_WORD else one.service, one.phrase
