"""What in texts that carry codes could be personal: long numbers, words that are no codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

MOST = 20_000
"""So many different remains are kept; more of them are themselves a sign."""

_NUMBER = re.compile(r"\d{10,20}")
_NAME = re.compile(r'"([A-Z][A-Za-z\'-]{2,79})"')
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}")
_CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|\d+")
_PHONE = re.compile(r"1[3-9]\d{9}")
_IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_GOES_ON_BEFORE = re.compile(r"[0-9A-Za-z_-]$|\d\.$")
_GOES_ON_AFTER = re.compile(r"[0-9A-Za-z_-]|\.\d")
_HEX = frozenset("abcdefABCDEF")
_IN_AN_ID = re.compile(r"[0-9a-f]{4}-$|[0-9a-fA-F]$|\d\.$")
"""What stands before the digits of an id or of a fraction."""


class Sieve:
    """Keeps what remains of texts, each with the first place where it was seen.

    ``numbers``: runs of digits; ``phrases``: texts with words in them, their numbers as ``#``; ``names``: single words
    that stand alone and begin like a name; ``shaped``: what has the shape of a telephone or identity number, by kind.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self.phrases: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.shaped: dict[tuple[str, str], str] = {}
        self.full = False

    def sift(self, place: str, texts: Sequence[tuple[str, str]]) -> None:
        """Take texts of one place, each with the name of its row."""
        joined = "\n".join(text for _, text in texts)
        of_codes = joined.isascii() and " " not in joined and not _ESCAPED.search(joined)
        if of_codes and not self._is_new(joined):
            return
        for row, text in texts:
            self._take(f"{place} {row}".rstrip(), text)

    def _is_new(self, joined: str) -> bool:
        if any(number not in self.numbers for number in _numbers(joined)):
            return True
        return any(name not in self.names for name in _NAME.findall(joined))

    def _take(self, place: str, text: str) -> None:
        for number in _numbers(text):  # the numbers of JSON among them
            self._keep(self.numbers, number, place)
        for plain in _plain(text):
            for number in _numbers(plain):
                self._keep(self.numbers, number, place)
            self._take_shapes(place, plain)
            if not plain.isascii() or " " in plain.strip():
                self._keep(self.phrases, _CHANGING.sub("#", plain), place)
        for name in _NAME.findall(text):
            self._keep(self.names, name, place)

    def _take_shapes(self, place: str, text: str) -> None:
        for kind, shape in (("a telephone number", _PHONE), ("an identity number", _IDENTITY)):
            for found in shape.finditer(text):
                before = text[max(0, found.start() - 3) : found.start()].removesuffix("+86")
                after = text[found.end() : found.end() + 2]
                if not _GOES_ON_BEFORE.search(before) and not _GOES_ON_AFTER.match(after):
                    self.shaped.setdefault((kind, found[0]), place)

    def _keep(self, kept: dict[str, str], one: str, place: str) -> None:
        if one in kept:
            return
        if len(kept) >= MOST:
            self.full = True
            return
        kept[one] = place


def _numbers(text: str) -> Iterator[str]:
    """Long runs of digits that are no part of an id or a fraction."""
    for found in _NUMBER.finditer(text):
        before, after = text[max(0, found.start() - 5) : found.start()], text[found.end() : found.end() + 1]
        if not _IN_AN_ID.search(before) and after not in _HEX:
            yield found[0]


def _plain(text: str) -> Iterator[str]:
    """The texts inside JSON, else the text; with what was escaped as it reads. Numbers of JSON are no texts: what is
    counted in eleven digits is no telephone.
    """
    if text[:1] in {"{", "["}:
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            for one in _strings(told):
                yield unquote(one, errors="replace")
            return
    if "\\u" in text:
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    yield unquote(text, errors="replace")


def _strings(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for key, value in told.items():
            yield key
            yield from _strings(value)
    elif isinstance(told, list):
        for value in told:
            yield from _strings(value)
