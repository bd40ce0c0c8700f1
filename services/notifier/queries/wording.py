"""The words of a notice, put together when they are read or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.notifier.policies.concerned import Serving
from services.notifier.policies.messages import Said
from services.notifier.policies.short_texts import SHORT, SHORT_DETAILED
from services.notifier.policies.texts import ALERT_TEXTS, DETAILED, TEXTS, TEXTS_OF_TIME
from shared.community.definition import Community
from shared.contracts.reaching import Reach
from shared.contracts.words import Role
from shared.web.dates import dated_period
from shared.web.i18n import Language, Reader, Readers, msgid
from shared.web.wording import called, place_name

_TEXTS = {**TEXTS, **TEXTS_OF_TIME, **ALERT_TEXTS}
_TITLE = msgid("paidan: volunteer dispatch")
COMRADE = "comrade"


@dataclass(frozen=True)
class Told:
    """What a notice tells of: its kind, whom it is for, the order, and what a summary counts. ``serving``: whose coming
    it is about, while they still serve."""

    kind: str
    role: Role
    reference: str
    service: str
    grid: str = ""
    serving: Serving | None = None
    amount: int | None = None
    late: int | None = None


Names = Mapping[str, Reach]
"""What volunteers are called, by their ids."""


class Wording:
    """Says notices in every language. Services are named as the community's definition names them now."""

    def __init__(self, rules: Community, readers: Readers) -> None:
        self._areas = rules.areas
        self._services = {
            Language.ZH: {code: service.name.zh for code, service in rules.services_by_code.items()},
            Language.EN: {code: service.name.en for code, service in rules.services_by_code.items()},
        }
        self._readers = {language: readers.of(language) for language in Language}

    def reader(self, language: str | None) -> Reader:
        """The reader of a language as in ``zh-CN``; Chinese where it is none we speak."""
        return self._readers[Language(language) if language in list(Language) else Language.ZH]

    def title(self, reader: Reader) -> str:
        """What a message is headed."""
        return reader.gettext(_TITLE)

    def say(self, told: Told, reader: Reader, names: Names | None = None) -> str:
        """One notice's text in the reader's language; a service no longer in the catalogue is named by its code. Who
        comes, when and where is said where it is known.
        """
        values, key = self._values(told, reader, names or {}), (told.kind, told.role)
        detailed = DETAILED.get(key) if "when" in values and "person" in values else None
        return reader.gettext(detailed or _TEXTS[key]) % values

    def say_short(self, told: Told, reader: Reader, names: Names | None = None) -> str:
        """The same in at most 70 plain characters."""
        values, key = self._values(told, reader, names or {}), (told.kind, told.role)
        detailed = SHORT_DETAILED.get(key) if "when" in values and "person" in values else None
        return reader.gettext(detailed or SHORT[key]) % values

    def both(self, told: Told, reader: Reader, names: Names | None = None) -> Said:
        """The long and the short form."""
        return Said(self.say(told, reader, names), self.say_short(told, reader, names))

    def in_all_languages(self, told: Told, names: Names | None = None) -> dict[str, str]:
        """One notice's text by language: ``zh`` and ``en``."""
        return {
            language.value.split("-")[0]: self.say(told, reader, names) for language, reader in self._readers.items()
        }

    def _values(self, told: Told, reader: Reader, names: Names) -> dict[str, Any]:
        service = self._services[reader.language].get(told.service, told.service)
        values: dict[str, Any] = {"reference": told.reference, "service": service}
        values |= {"amount": told.amount or 0, "late": told.late or 0}
        serving = told.serving
        if serving is None or serving.window is None:
            return values
        values["when"] = dated_period(serving.window.from_, serving.window.to, reader)
        values["place"] = place_name(self._areas, told.grid, reader)
        known = names.get(serving.volunteer_id)
        if known is not None and known.family:
            values["person"] = called(known.family, known.title or COMRADE, reader)
        return values
