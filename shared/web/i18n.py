"""The person reading: in which language, in which zone, in which size. English texts are the message ids.

The reader of the running request is kept in a context variable, so that a template's macro, a problem and
a live fragment all speak the same language without being handed it.
"""

from __future__ import annotations

import gettext as stdlib_gettext
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import Path

from shared.web.catalogues import load_catalogue

LANGUAGE_COOKIE = "paidan_lang"
ELDER_COOKIE = "paidan_elder"
THEME_COOKIE = "paidan_theme"
KIOSK_COOKIE = "paidan_kiosk"
THEMES = ("light", "dark")
SHARED_LOCALE = Path(__file__).parent / "locale"


class Language(StrEnum):
    """The languages of the pages; the first is spoken to whoever asks for none of them."""

    ZH = "zh-CN"
    EN = "en"

    @property
    def folder(self) -> str:
        """Its folder in a ``locale`` directory."""
        return self.value.replace("-", "_")


def msgid(text: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


def _wall_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Reader:
    """Who reads an answer. ``now``: domain time, for words like "today". ``elder``: the large view (长辈版). ``theme``:
    one of ``THEMES``, or empty: as the device has it. ``kiosk``: on a device of a station, which strangers share; its
    view is always the large one."""

    language: Language
    translations: stdlib_gettext.NullTranslations = field(default_factory=stdlib_gettext.NullTranslations)
    zone: tzinfo = UTC
    now: Callable[[], datetime] = _wall_now
    elder: bool = False
    theme: str = ""
    kiosk: bool = False

    def gettext(self, text: str) -> str:
        """The text in the reader's language; a text without a translation stays as it is."""
        return self.translations.gettext(text) if text else ""

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The form of a text for ``count`` things, in the reader's language."""
        return self.translations.ngettext(singular, plural, count)


class Readers:
    """Makes readers for one service: its own catalogue (named like the service) over the shared one."""

    def __init__(
        self,
        service: str = "",
        locale: Path | None = None,
        *,
        zone: tzinfo = UTC,
        now: Callable[[], datetime] = _wall_now,
    ) -> None:
        self._readers: Mapping[Language, Reader] = {
            language: Reader(language, _translations(language, service, locale), zone, now) for language in Language
        }

    def of(self, language: Language, *, elder: bool = False, theme: str = "", kiosk: bool = False) -> Reader:
        """The reader of a language."""
        reader = self._readers[language]
        chosen = elder or theme or kiosk
        return replace(reader, elder=elder or kiosk, theme=theme, kiosk=kiosk) if chosen else reader

    def negotiate(self, cookies: Mapping[str, str], accept_language: str) -> Reader:
        """The reader of a request: what they chose, else what their browser asks for, else Chinese."""
        chosen = cookies.get(LANGUAGE_COOKIE, "")
        language = Language(chosen) if chosen in list(Language) else preferred(accept_language)
        theme = cookies.get(THEME_COOKIE, "")
        elder, kiosk = cookies.get(ELDER_COOKIE) == "1", cookies.get(KIOSK_COOKIE) == "1"
        return self.of(language, elder=elder, theme=theme if theme in THEMES else "", kiosk=kiosk)


def _translations(language: Language, service: str, locale: Path | None) -> stdlib_gettext.NullTranslations:
    below = Path(language.folder) / "LC_MESSAGES"
    shared = load_catalogue(SHARED_LOCALE / below / "web.po")
    if locale is None:
        return shared
    own = load_catalogue(locale / below / f"{service}.po")
    own.add_fallback(shared)
    return own


def preferred(accept_language: str) -> Language:
    """The best language of an ``Accept-Language`` header (RFC 9110, 12.5.4); Chinese when none is ours."""
    asked: list[tuple[float, Language]] = []
    for part in accept_language[:1000].split(","):
        tag, _, weight = part.strip().partition(";")
        language = _LANGUAGES.get(tag.split("-")[0].strip().lower())
        quality = _quality(weight)
        if language and quality > 0:
            asked.append((quality, language))
    return max(asked, key=lambda pair: pair[0])[1] if asked else Language.ZH


_LANGUAGES = {"zh": Language.ZH, "en": Language.EN}


def _quality(weight: str) -> float:
    name, _, number = weight.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(number)))
    except ValueError:
        return 0.0


_reader: ContextVar[Reader] = ContextVar("reader")
_NOBODY = Reader(Language.EN)


def read_by(reader: Reader) -> None:
    """From here on, this request (or task) speaks to ``reader``."""
    _reader.set(reader)


def current_reader() -> Reader:
    """The reader of the running request; outside of one, texts stay English and times UTC."""
    return _reader.get(_NOBODY)


def gettext(text: str) -> str:
    """A text in the running request's language."""
    return current_reader().gettext(text)


def told(text: str, values: Mapping[str, str | int]) -> str:
    """A text in the running request's language, its ``%(name)s`` places filled; without values a ``%`` is a ``%``."""
    return gettext(text) % values if values else gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """A counted text in the running request's language."""
    return current_reader().ngettext(singular, plural, count)
