"""How well residents' own words find their service with one definition, as a table to read (docs/suggesting.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.problems import StackProblem
from services.intake.policies.measuring import Figures, Told, crossed, figures, margin_for, told
from services.intake.policies.suggesting import Suggesting
from shared.community.definition import Community
from shared.community.faults import DefinitionInvalid, Faults
from shared.community.phrases import Phrase, check
from shared.community.reading import Source

GOAL = 0.95
"""So many of what is chosen have to be right."""


def measured(rules: Community, held_out: Path | None, say: Callable[[str], None]) -> float:
    """Print the figures; returns how many of what is chosen is right on the phrases held out, 1 without any.

    Raises ``StackProblem`` when these cannot be read.
    """
    margin, begun = rules.phrases.margin, time.perf_counter()
    suggesting = Suggesting(rules.services, rules.phrases)
    say(f"{len(rules.phrases.said)} phrases, margin {margin:.2f}, trained in {_ms(begun)} ms")
    say(f"{'':14} phrases  first  three  chosen  right  none chosen  danger seen  false alarms")
    if rules.phrases.said:
        _tell("cross-checked", figures(crossed(rules.services, rules.phrases), margin), say)
    if held_out is None:
        return 1.0
    phrases = read_phrases(held_out, rules)
    answers, milliseconds = _timed(suggesting, phrases)
    reached = figures(answers, margin)
    _tell("held out", reached, say)
    say(f"A phrase takes {milliseconds[len(milliseconds) // 2]:.2f} ms, 95 of 100 at most "
        f"{milliseconds[len(milliseconds) * 95 // 100]:.2f} ms.")  # fmt: skip
    by_no_margin = Suggesting(rules.services, rules.phrases.model_copy(update={"margin": 0.0}))
    say(f"The smallest margin with {GOAL:.0%} right: {margin_for(told(by_no_margin, phrases), GOAL):.2f}.")
    for meant, led, count in reached.confused:
        say(f"  {meant} taken for {led}: {count}")
    return reached.right


def read_phrases(table: Path, rules: Community) -> list[Phrase]:
    """Phrases of a table beside any definition. Raises ``StackProblem`` with what is wrong in it."""
    faults = Faults()
    entries = Source(table, {}).table(Phrase, table.name, faults)
    check(entries, rules.services_by_code, faults)
    if faults:
        raise StackProblem(str(DefinitionInvalid(faults)))
    return [entry.value for entry in entries]


def _timed(suggesting: Suggesting, phrases: Sequence[Phrase]) -> tuple[list[Told], list[float]]:
    answers, spent = [], []
    for phrase in phrases:
        begun = time.perf_counter()
        answers += told(suggesting, [phrase])
        spent.append((time.perf_counter() - begun) * 1000)
    return answers, sorted(spent)


def _tell(name: str, reached: Figures, say: Callable[[str], None]) -> None:
    say(
        f"{name:14} {reached.phrases:7}  {reached.first:5.1%}  {reached.three:5.1%}  {reached.chosen:6.1%}"
        f"  {reached.right:5.1%}  {reached.none_chosen:11}  {reached.danger:11.1%}  {reached.alarms:12.1%}"
    )


def _ms(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)
