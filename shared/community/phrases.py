"""What residents say when they want a service: example phrases, from which the classifier of intake is trained.

A community brings its own in a table ``service, phrase``; the words of the catalogue itself need not be repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.community.faults import Entry, Fault, Faults
from shared.community.text import Code

DANGER, DANGER_WORD, NONE = "danger", "danger_word", "none"
"""Instead of a service: the phrase tells of danger; tells of danger wherever it stands in a text; asks for no service
of the catalogue."""
RESERVED = frozenset({DANGER, DANGER_WORD, NONE})

FEWEST = 5
"""Fewer phrases than these teach nothing of a service that has any."""

DEFAULT_MARGIN = 0.05


class Phrase(BaseModel):
    """One phrase of a resident; ``service`` is a service's code or one of ``RESERVED``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Code
    phrase: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class SuggestingRules(BaseModel):
    """The section ``[suggesting]``: the table of phrases, and by how much (0 to 1) the best service has to lead before
    it is chosen, as ``paidan definition suggest`` measures it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrases: str | None = None
    margin: float = Field(default=DEFAULT_MARGIN, ge=0, le=1)


class Phrases(BaseModel):
    """The phrases of a community and the margin that goes with them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[Phrase, ...] = ()
    margin: float = DEFAULT_MARGIN


def check(entries: Sequence[Entry[Phrase]], services: Collection[str], faults: Faults) -> None:
    """Each phrase belongs to one service of the catalogue, once; and no service is named like what is reserved."""
    seen: dict[str, str] = {}
    for entry in entries:
        one = entry.value
        if one.service not in services and one.service not in RESERVED:
            faults.append(Fault(entry.file, entry.place, f"there is no service {one.service!r}"))
        if one.phrase in seen:
            faults.append(Fault(entry.file, entry.place, f"{one.phrase!r} is said of {seen[one.phrase]!r} already"))
        seen.setdefault(one.phrase, one.service)
    counted = Counter(entry.value.service for entry in entries)
    for service in sorted(counted.keys() & set(services)):
        if counted[service] < FEWEST:
            faults.append(Fault(entries[0].file, "", f"{service!r} needs {FEWEST} phrases, or none"))
    for name in sorted(RESERVED & set(services)):
        faults.append(Fault(entries[0].file if entries else "", "", f"no service may be called {name!r}"))
