"""The words of a notice, put together when they are read."""

from __future__ import annotations

from services.notifier.policies.texts import ALERT_TEXTS, TEXTS
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.web.i18n import Language, Reader, Readers

_TEXTS = {**TEXTS, **ALERT_TEXTS}


class Wording:
    """Says notices in every language. Services are named as the community's definition names them now."""

    def __init__(self, rules: Community, readers: Readers) -> None:
        self._services = {
            Language.ZH: {code: service.name.zh for code, service in rules.services_by_code.items()},
            Language.EN: {code: service.name.en for code, service in rules.services_by_code.items()},
        }
        self._readers = {language: readers.of(language) for language in Language}

    def say(self, kind: str, role: Role, reference: str, service: str, reader: Reader) -> str:
        """One notice's text in the reader's language; a service no longer in the catalogue is named by its code."""
        name = self._services[reader.language].get(service, service)
        return reader.gettext(_TEXTS[kind, role]) % {"reference": reference, "service": name}

    def in_all_languages(self, kind: str, role: Role, reference: str, service: str) -> dict[str, str]:
        """One notice's text by language: ``zh`` and ``en``."""
        return {
            language.value.split("-")[0]: self.say(kind, role, reference, service, reader)
            for language, reader in self._readers.items()
        }
