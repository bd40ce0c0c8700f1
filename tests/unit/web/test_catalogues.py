"""Our reader of ``.po`` files agrees with gettext's own tools."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_read_po

from shared.web.catalogues import CatalogueBroken, compile_catalogue, load_catalogue, read_po
from shared.web.i18n import SHARED_LOCALE

HARD = r"""# A translator's remark
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=n != 1;\n"

#. extracted
#: file.py:1
msgid "a \"quoted\" text\n"
"over \\ two lines"
msgstr "ein „Text“\n"
"\tmit Tab"

#, fuzzy
msgid "doubtful"
msgstr "zweifelhaft"

msgid "untranslated"
msgstr ""
#, python-format
msgid "%(n)d cup"
msgid_plural "%(n)d cups"
msgstr[0] "%(n)d Tasse"
msgstr[1] "%(n)d Tassen"
msgctxt "drink"
msgid "tea"
msgstr "Tee"
msgid "tea"
msgstr "Tea time"

#~ msgid "gone"
#~ msgstr "weg"
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A file with everything a catalogue can hold."""
    path = tmp_path / "hard.po"
    path.write_text(HARD, encoding="utf-8")
    return path


def test_every_kind_of_entry_is_read(catalogue: Path) -> None:
    """Escapes, continued lines, plurals, contexts; fuzzy, empty and obsolete entries do not count."""
    translations = load_catalogue(catalogue)
    assert "ein „Text“\n\tmit Tab" == translations.gettext('a "quoted" text\nover \\ two lines')
    assert ["doubtful", "untranslated", "gone"] == [
        translations.gettext(text) for text in ("doubtful", "untranslated", "gone")
    ]
    assert ["%(n)d Tasse", "%(n)d Tassen"] == [translations.ngettext("%(n)d cup", "%(n)d cups", n) for n in (1, 2)]
    assert ("Tee", "Tea time") == (translations.pgettext("drink", "tea"), translations.gettext("tea"))


@pytest.mark.parametrize("path", sorted(SHARED_LOCALE.rglob("*.po")), ids=lambda path: path.name)
def test_our_catalogues_are_read_as_babel_reads_them(path: Path) -> None:
    """The same messages with the same texts."""
    text = path.read_text(encoding="utf-8")
    theirs = babel_read_po(io.BytesIO(text.encode()))
    expected = {message.id: message.string for message in theirs if message.id}
    ours = {}
    for entry in read_po(text):
        if entry.key:
            singular, _, plural = entry.key.partition("\0")
            ours[(singular, plural) if plural else singular] = (
                tuple(entry.translation.split("\0")) if plural else entry.translation
            )
    assert expected == ours


@pytest.mark.parametrize("line", ['msgid "open', "nonsense", '"text before any msgid"', 'msgid "a" b'])
def test_a_line_that_is_none_is_named(line: str) -> None:
    """A broken catalogue stops the start and says where."""
    with pytest.raises(CatalogueBroken, match=r"^x\.po:2: "):
        read_po(f"# remark\n{line}\n", "x.po")


def test_a_language_without_a_catalogue_is_spoken_in_english(tmp_path: Path) -> None:
    """English needs no file: its texts are the message ids."""
    assert "tea" == load_catalogue(tmp_path / "none.po").gettext("tea")


def test_an_empty_catalogue_compiles() -> None:
    """A file with nothing but a header is a catalogue."""
    assert 28 == len(compile_catalogue([]))
