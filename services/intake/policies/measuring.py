"""How well suggestions do, on phrases they were not trained on: docs/suggesting.md and the tests hold them to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.intake.policies.suggesting import Suggesting
from shared.community.catalogue import Service
from shared.community.phrases import DANGER, DANGER_WORD, RESERVED, Phrase, Phrases

FOLDS = 5


@dataclass(frozen=True)
class Told:
    """What was suggested for one phrase: ``services`` in order; ``best``, the one that leads by ``lead``
    before every other class, None where that is no service."""

    meant: str
    phrase: str
    services: tuple[str, ...]
    best: str | None
    lead: float
    danger: bool


@dataclass(frozen=True)
class Figures:
    """Shares, 0 to 1. ``first``, ``three``: the service meant leads, or is among those shown. ``chosen``: of phrases
    that ask for a service those for which the right one is chosen; ``right``: how many of what is chosen is right, of
    all phrases; ``none_chosen``: phrases of no service or of danger for which one was chosen; ``danger``: phrases of
    danger that were seen; ``alarms``: others that were taken for danger. ``confused``: meant, led, how often.
    """

    phrases: int
    first: float
    three: float
    chosen: float
    right: float
    none_chosen: int
    danger: float
    alarms: float
    confused: tuple[tuple[str, str, int], ...]


def told(suggesting: Suggesting, phrases: Iterable[Phrase]) -> list[Told]:
    """What is suggested for each phrase, chosen by no margin."""
    answers = []
    for one in phrases:
        given = suggesting.suggest(one.phrase)
        services = tuple(service.code for service in given.services)
        answers.append(Told(one.service, one.phrase, services, given.chosen, given.lead, given.danger))
    return answers


def crossed(services: Sequence[Service], phrases: Phrases) -> list[Told]:
    """Every phrase told by a classifier that was trained on four fifths of the others; stratified."""
    folds: list[list[Phrase]] = [[] for _ in range(FOLDS)]
    seen: Counter[str] = Counter()
    for one in phrases.said:
        folds[seen[one.service] % FOLDS].append(one)
        seen[one.service] += 1
    answers = []
    for fold in folds:
        apart = set(fold)
        rest = tuple(one for one in phrases.said if one not in apart)
        trained = Suggesting(services, Phrases(said=rest, margin=0))
        answers += told(trained, [one for one in fold if one.service != DANGER_WORD])
    return answers


def figures(answers: Sequence[Told], margin: float) -> Figures:
    """What comes of it where a service is chosen that leads by ``margin``."""
    asking = [one for one in answers if one.meant not in RESERVED]
    others = [one for one in answers if one.meant in RESERVED]
    chosen = [one for one in answers if one.best and one.lead >= margin]
    right = [one for one in chosen if one.best == one.meant]
    danger = [one for one in others if one.meant == DANGER]
    wrong = Counter((one.meant, one.services[0]) for one in asking if one.services and one.services[0] != one.meant)
    return Figures(
        phrases=len(answers),
        first=_share(one.services[:1] == (one.meant,) for one in asking),
        three=_share(one.meant in one.services for one in asking),
        chosen=len(right) / max(len(asking), 1),
        right=_share(one.best == one.meant for one in chosen),
        none_chosen=sum(one.meant in RESERVED for one in chosen),
        danger=_share(one.danger for one in danger),
        alarms=_share(one.danger for one in answers if one.meant != DANGER),
        confused=tuple(
            (meant, led, count) for (meant, led), count in sorted(wrong.items(), key=lambda w: (-w[1], w[0]))
        ),
    )


def margin_for(answers: Sequence[Told], precision: float) -> float:
    """The smallest margin, in hundredths, from which on so many of what is chosen are right."""
    steps = [step / 100 for step in range(101)]
    good = [margin for margin in steps if figures(answers, margin).right >= precision]
    return good[0] if good else 1.0


def _share(facts: Iterable[bool]) -> float:
    """Of nothing, everything: a margin that lets nothing through is never wrong."""
    seen = list(facts)
    return sum(seen) / len(seen) if seen else 1.0
