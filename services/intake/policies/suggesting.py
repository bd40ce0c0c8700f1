"""From a resident's own words to services of the catalogue, by the runs of one to three characters they share.

Rare runs weigh more than those that many services have. Nothing is chosen for a resident but above a margin.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.community.catalogue import Service

LONGEST_RUN = 3
SHOWN = 3
"""So many services are suggested at most."""


@dataclass(frozen=True)
class Suggestion:
    """One service that may be meant; ``score`` is 0 to 1, 1 for its very words."""

    code: str
    score: float


@dataclass(frozen=True)
class Suggested:
    """The best services, the best first, and the one that is clearly meant, if one is."""

    services: tuple[Suggestion, ...]
    chosen: str | None


class Suggesting:
    """The words of one catalogue, ready to be compared.

    What is chosen has ``least`` at least and beats the second by ``margin``.
    """

    def __init__(self, services: Sequence[Service], least: float, margin: float) -> None:
        said = {service.code: _runs(_words_of(service)) for service in services}
        seen = Counter(run for runs in said.values() for run in runs)
        self._rarity = {run: math.log(1 + len(said) / count) for run, count in seen.items()}
        self._least, self._margin = least, margin
        self._said = {code: self._weighed(runs) for code, runs in said.items()}

    def suggest(self, text: str) -> Suggested:
        """What ``text`` may ask for; nothing where it shares no word with any service."""
        asked = self._weighed(_runs(text))
        scored = [Suggestion(code, round(_cosine(asked, said), 4)) for code, said in self._said.items()]
        best = sorted((one for one in scored if one.score > 0), key=lambda one: (-one.score, one.code))[:SHOWN]
        if not best:
            return Suggested((), None)
        behind = best[1].score if len(best) > 1 else 0.0
        clear = best[0].score >= self._least and best[0].score - behind >= self._margin
        return Suggested(tuple(best), best[0].code if clear else None)

    def _weighed(self, runs: Counter[str]) -> Mapping[str, float]:
        return {run: (1 + math.log(count)) * self._rarity[run] for run, count in runs.items() if run in self._rarity}


def _words_of(service: Service) -> str:
    name, description = service.name, service.description
    return " ".join((name.zh, name.zh, name.en, name.en, description.zh, description.en))


def _runs(text: str) -> Counter[str]:
    """Runs of one to three characters of each Chinese stretch; of Latin words runs of three, for letters are no
    words."""
    runs: Counter[str] = Counter()
    for word in _stretches(unicodedata.normalize("NFKC", text).casefold()):
        latin = word.isascii()
        lengths = (LONGEST_RUN,) if latin else range(1, LONGEST_RUN + 1)
        padded = f" {word} " if latin else word
        runs.update(padded[at : at + size] for size in lengths for at in range(len(padded) - size + 1))
    return runs


def _stretches(text: str) -> list[str]:
    """Stretches of letters and digits, Latin apart from others."""
    stretches: list[str] = []
    before = ""
    for character in text:
        kind = "latin" if character.isascii() and character.isalnum() else "other" if character.isalnum() else ""
        if kind and kind == before:
            stretches[-1] += character
        elif kind:
            stretches.append(character)
        before = kind
    return stretches


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other[run] for run, weight in one.items() if run in other)
    size = math.hypot(*one.values()) * math.hypot(*other.values())
    return shared / size if size else 0.0
