"""Every text of the pages and problems exists in Chinese: nothing missing, doubtful or left over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from shared.contracts.flows import SERVICES

ROOT = Path(__file__).parents[3]
METHODS = [("**.py", "shared.web.extracting:extract_python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
SOURCES = ("shared", *SERVICES)
COUNTED = re.compile(
    r"%\(\w+\)[sd] (seconds|minutes|hours|days|weeks|months|times|people|residents|volunteers|orders|files|photos)\b"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")

Text = str | tuple[str, ...]


def _catalogue_of(source: str) -> Path:
    folder = ROOT / ("shared/web" if source == "shared" else f"services/{source}")
    return folder / "locale/zh_CN/LC_MESSAGES" / ("web.po" if source == "shared" else f"{source}.po")


def _texts_in(source: str) -> dict[Text, str]:
    """The texts of ``shared`` or of a service, with the place of one of each."""
    folder = ROOT / ("shared" if source == "shared" else f"services/{source}")
    found = extract_from_dir(str(folder), METHODS, OPTIONS)
    return {text: f"{folder.name}/{path}:{line}" for path, line, text, _, _ in found if any(text)}


def _catalogue(source: str) -> Catalog:
    path = _catalogue_of(source)
    if not path.is_file():
        return Catalog(locale="zh_CN")
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN", abort_invalid=True)


def _translated(source: str) -> dict[Text, Text]:
    texts = [(_text(message.id), _text(message.string)) for message in _catalogue(source) if message.id]
    return {original: text for original, text in texts if (all(text) if isinstance(text, tuple) else text)}


def _text(told: Sequence[str] | None) -> Text:
    """Babel's text, or its forms: it calls both by the same name."""
    return told if isinstance(told, str) else tuple(told or ())


@pytest.mark.parametrize("source", SOURCES)
def test_no_text_is_missing_in_chinese(source: str) -> None:
    """What code and templates say is in the service's own catalogue or in the shared one."""
    known = _translated(source) | _translated("shared")
    assert {} == {text: place for text, place in _texts_in(source).items() if text not in known}


@pytest.mark.parametrize("source", SOURCES)
def test_no_translation_is_doubtful_or_left_over(source: str) -> None:
    """Nothing fuzzy, nothing obsolete, nothing that no code says any more, nothing the shared catalogue has."""
    catalogue, said = _catalogue(source), _texts_in(source)
    shared = set() if source == "shared" else set(_translated("shared"))
    messages = [message for message in catalogue if message.id]
    assert [] == [message.id for message in messages if message.fuzzy or message.id not in said or message.id in shared]
    assert {} == dict(catalogue.obsolete)


@pytest.mark.parametrize("source", SOURCES)
def test_placeholders_survive_translation(source: str) -> None:
    """A Chinese text fills in exactly what the English one does."""
    wrong = {
        original: text
        for original, text in _translated(source).items()
        if _placeholders(original) != _placeholders(text)
    }
    assert {} == wrong


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_counted_has_a_singular(source: str) -> None:
    """A number before days, people or the like is told by ``ngettext``: English says one day, not one days."""
    assert {} == {text: at for text, at in _texts_in(source).items() if isinstance(text, str) and COUNTED.search(text)}


@pytest.mark.parametrize("text", ["%(days)s days later", "in %(count)d minutes", "for %(num)s people"])
def test_a_counted_text_without_a_singular_is_seen(text: str) -> None:
    """The measure itself, which names of things that are no count pass."""
    assert (True, False) == (bool(COUNTED.search(text)), bool(COUNTED.search("%(name)s has days off, %(most)s min")))


def _placeholders(text: Text) -> set[str]:
    return set(PLACEHOLDER.findall(text if isinstance(text, str) else text[-1]))


def test_the_texts_of_refusals_and_validators_are_found(tmp_path: Path) -> None:
    """What rules say is extracted without a marker, and what only developers read is not."""
    source = tmp_path / "contracts" / "words.py"
    source.parent.mkdir()
    source.write_text(
        "class NotFound(Refusal):\n    title = 'T'\n"
        "class Plain:\n    title = 'no'\n"
        "class Pour:\n    @field_validator('cups')\n    def some(cls, v):\n        raise ValueError('V')\n"
        "def pour():\n    msgid('M'); ngettext('one', 'many', 2); FieldError('/a', 'F')\n"
        "    raise RuntimeError('no')\n    raise ValueError('no')\n    return NotFound('D'), Invalid(detail='K')\n"
    )
    assert ["T", "V", "M", ("one", "many"), "F", "D", "K"] == _extracted(tmp_path)


def test_all_that_commands_raise_is_found(tmp_path: Path) -> None:
    """A validator of a command may be a plain function."""
    (tmp_path / "commands.py").write_text("def some(v):\n    raise ValueError('V')\n")
    assert ["V"] == _extracted(tmp_path)


def test_the_values_of_sentences_are_found(tmp_path: Path) -> None:
    """An enum whose values people read needs no marker; one of codes is left alone."""
    (tmp_path / "rules.py").write_text(
        "class Rule(Sentences):\n    MISSING = 'Please fill this in'\nclass Kind(StrEnum):\n    ONE = 'one'\n"
    )
    assert ["Please fill this in"] == _extracted(tmp_path)


def _extracted(folder: Path) -> list[Text]:
    return [text for _, _, text, _, _ in extract_from_dir(str(folder), METHODS[:1])]
