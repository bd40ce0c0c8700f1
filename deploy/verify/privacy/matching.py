"""Looking for personal values among what the sieve kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from deploy.verify.privacy.sieve import Sieve
from deploy.verify.privacy.values import NAMES, Value

LONG_ENOUGH = 6
"""So many characters of a text in a row are taken for a piece of it, in Chinese."""
LONG_ENOUGH_ASCII = 24
_SHORT_TEXT = 8
"""A shorter text in letters is no sign of anybody, even as a whole."""
_DIGITS = re.compile(r"\d{10,}")
_LENGTHS = (10, 11, 12, 18)
"""Telephone numbers with their area code, and identity numbers."""


class Remains:
    """What the sieve kept, made ready to be asked about any number of values."""

    def __init__(self, sieve: Sieve, public: Collection[str]) -> None:
        self._public = sorted((word for word in public if len(word) > 1), key=len, reverse=True)
        self._known = frozenset(public)
        self._names = sieve.names
        self._phrases = {phrase.casefold(): place for phrase, place in sieve.phrases.items()}
        self._all = "\n".join(self._phrases)
        self._pairs = frozenset(self._all[at : at + 2] for at in range(len(self._all) - 1))
        self._numbers = {
            run[at : at + length]: place
            for run, place in sieve.numbers.items()
            for length in _LENGTHS
            for at in range(len(run) - length + 1)
        }
        self._cleaned = lru_cache(maxsize=1024)(self._without_public)

    def place_of(self, value: Value) -> str | None:
        """Where a value, or a piece of it, stands; None where it stands nowhere."""
        if value.text in self._known:
            return None
        for number in _DIGITS.findall(re.sub(r"[ ()-]", "", value.text)):
            if (place := self._numbers.get(_national(number))) is not None:
                return place
        if value.kind == "phone":
            return None
        found = next((self._find(piece) for piece in self._pieces(value) if self._find(piece)), None)
        return found or (self._names.get(value.text) if value.kind in NAMES else None)

    def _pieces(self, value: Value) -> Iterator[str]:
        """Those parts of a value that are long enough to be it and that could be there at all."""
        text = re.sub(r"\d+", "#", value.text).casefold().strip()
        plain = text.isascii()
        if value.kind in NAMES:
            if len(text) > 1 and (not plain or " " in text) and self._may_hold(text):
                yield text
            return
        least = LONG_ENOUGH_ASCII if plain else LONG_ENOUGH
        if len(text) < least:
            if (not plain and len(text) >= LONG_ENOUGH - 2) or (len(text) >= _SHORT_TEXT and " " in text):
                yield text
            return
        start = 0
        for at in range(len(text) - 1):
            if text[at : at + 2] not in self._pairs:
                start = at + 1
            elif at + 2 - start >= least:
                yield text[at + 2 - least : at + 2]

    def _may_hold(self, text: str) -> bool:
        return all(text[at : at + 2] in self._pairs for at in range(len(text) - 1))

    def _find(self, piece: str) -> str | None:
        if piece not in self._all:
            return None
        return next((place for phrase, place in self._phrases.items() if _stands(piece, phrase, self._cleaned)), None)

    def _without_public(self, phrase: str) -> str:
        """A phrase without the names of places, services and offices, which stand in public texts."""
        for word in self._public:
            if word.casefold() in phrase:
                phrase = phrase.replace(word.casefold(), "\n")
        return phrase


def _stands(piece: str, phrase: str, cleaned: Callable[[str], str]) -> bool:
    if piece not in phrase:
        return False
    if not piece.isascii():
        return piece in cleaned(phrase)
    return re.search(rf"(?<![a-z]){re.escape(piece)}(?![a-z])", cleaned(phrase)) is not None


def _national(number: str) -> str:
    return number.removeprefix("86") if len(number) == 13 else number
