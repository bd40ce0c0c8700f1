"""Translations straight from the ``.po`` files: a checkout, an editable install and a wheel all just work.

A catalogue is compiled in memory and read by the standard library's own ``GNUTranslations``: plural forms and
contexts behave as gettext defines them. Fuzzy and obsolete entries do not count.
"""

from __future__ import annotations

import gettext
import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*\Z')
_ESCAPE = re.compile(r"\\(.)")
_KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(?=\")")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_MAGIC = 0x950412DE


class CatalogueBroken(ValueError):
    """A line of a ``.po`` file cannot be read; the message names file and line."""


@dataclass
class Entry:
    """One message of a catalogue. ``fields`` maps ``msgid``, ``msgstr``, ``msgstr[0]`` … to their text."""

    fields: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """The message id as gettext stores it: context and plural joined in."""
        key = self.fields["msgid"]
        if "msgctxt" in self.fields:
            key = f"{self.fields['msgctxt']}\x04{key}"
        if "msgid_plural" in self.fields:
            key = f"{key}\x00{self.fields['msgid_plural']}"
        return key

    @property
    def is_whole(self) -> bool:
        """Whether its translation has been read, so that whatever follows belongs to the next entry."""
        return any(name.startswith("msgstr") for name in self.fields)

    @property
    def translation(self) -> str:
        """The translated text, the plural forms joined; empty when one of them is missing."""
        forms = [text for name, text in self.fields.items() if name.startswith("msgstr")]
        return "\x00".join(forms) if all(forms) else ""


def read_po(text: str, name: str = "") -> list[Entry]:
    """The entries of a ``.po`` file, header first. Raises ``CatalogueBroken``."""
    return [entry for entry in _entries(text, name) if "msgid" in entry.fields]


def _entries(text: str, name: str) -> Iterator[Entry]:
    entry, current = Entry(), ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("#"):
            if entry.is_whole:
                yield entry
                entry, current = Entry(), ""
            entry.fuzzy = entry.fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        if not line:
            continue
        keyword = _KEYWORD.match(line)
        if keyword:
            if keyword[1] in {"msgid", "msgctxt"} and entry.is_whole:
                yield entry
                entry = Entry()
            current, line = keyword[1], line[keyword.end() :]
            entry.fields[current] = ""
        string = _STRING.match(line)
        if not string or not current:
            raise CatalogueBroken(f"{name}:{number}: not a line of a catalogue")
        entry.fields[current] += _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[0]), string[1])
    yield entry


def compile_catalogue(entries: list[Entry]) -> bytes:
    """The entries in the binary form ``gettext`` reads; untranslated and fuzzy ones are left out."""
    pairs = sorted(
        (entry.key.encode(), entry.translation.encode())
        for entry in entries
        if entry.translation and (not entry.fuzzy or entry.key == "")
    )
    table_bytes = 8 * len(pairs)
    header_bytes = 28
    ids, texts, id_table, text_table = b"", b"", b"", b""
    text_start = header_bytes + 2 * table_bytes + sum(len(key) + 1 for key, _ in pairs)
    for key, text in pairs:
        id_table += struct.pack("<II", len(key), header_bytes + 2 * table_bytes + len(ids))
        text_table += struct.pack("<II", len(text), text_start + len(texts))
        ids += key + b"\0"
        texts += text + b"\0"
    header = struct.pack("<IIIIIII", _MAGIC, 0, len(pairs), header_bytes, header_bytes + table_bytes, 0, 0)
    return header + id_table + text_table + ids + texts


def load_catalogue(path: Path) -> gettext.NullTranslations:
    """One ``.po`` file as translations; without the file, none. Raises ``CatalogueBroken``."""
    if not path.is_file():
        return gettext.NullTranslations()
    entries = read_po(path.read_text(encoding="utf-8"), path.name)
    return gettext.GNUTranslations(io.BytesIO(compile_catalogue(entries)))
