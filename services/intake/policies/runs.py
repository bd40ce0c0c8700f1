"""Words as the classifier reads them: one way of writing, cut into runs of characters.

Full-width forms become narrow (NFKC), letters small, traditional characters simplified; digits, emoji and punctuation
only part words, for no number, time or telephone says what is wanted.
"""

from __future__ import annotations

import unicodedata

from services.intake.policies.simplified import SIMPLIFIED

LONGEST_READ = 500
"""So many characters of a text are read: who writes more has said it by then."""

_CHINESE, _LATIN = (1, 2, 3), (3, 4)
"""Lengths of the runs. A Chinese character is a word already; of Latin letters one or two are none."""


def normalised(text: str) -> str:
    """A text as it is compared: of one width, in small letters, in simplified characters."""
    return unicodedata.normalize("NFKC", text[:LONGEST_READ]).casefold().translate(SIMPLIFIED)


def runs_of(text: str) -> frozenset[str]:
    """The runs of one to three characters of each Chinese stretch; of each Latin word of two letters or more, the word
    and its runs of three and four, its ends marked.
    """
    runs: set[str] = set()
    for word in _stretches(normalised(text)):
        if not word.isascii():
            runs.update(word[at : at + size] for size in _CHINESE for at in range(len(word) - size + 1))
        elif len(word) > 1:
            marked = f"^{word}$"
            runs.add(marked)
            runs.update(marked[at : at + size] for size in _LATIN for at in range(len(marked) - size + 1))
    return frozenset(runs)


def _stretches(text: str) -> list[str]:
    """Stretches of letters, Latin apart from others."""
    stretches: list[str] = []
    before = ""
    for character in text:
        kind = ("latin" if character.isascii() else "other") if character.isalpha() else ""
        if kind and kind == before:
            stretches[-1] += character
        elif kind:
            stretches.append(character)
        before = kind
    return stretches
