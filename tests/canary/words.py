"""The words that are planted, and in which fields of the doors they were planted."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_HAN = "鑫淼焱垚燚犇骉羴毳聂叒叕嚞囍卍"
"""Characters of hardly any text, so that a word of six of them stands nowhere by chance."""

_LATIN = "bcdfghjklmnpqrstvwxz"

NO_WORDS = frozenset(
    {
        *("claim", "code", "cursor", "durable", "home", "hours", "into", "join_token", "mapping", "photos", "unit"),
        *("coordinator", "department", "post", "service", "volunteer", "profession", "subject"),
    }
)
"""Fields of text that name something we know, by its id, its code or its pattern, or are refused."""


@dataclass
class Canaries:
    """The words that were planted, by the field they were planted in."""

    words: dict[str, str] = field(default_factory=dict)

    def word(self, where: str) -> str:
        """A fresh word for a field: Chinese and Latin, none of it a word of anybody's language."""
        han = "".join(secrets.choice(_HAN) for _ in range(6))
        self.words[where] = f"{han} {''.join(secrets.choice(_LATIN) for _ in range(14))}"
        return self.words[where]

    def phone(self, where: str) -> str:
        """A fresh mobile number for a field."""
        self.words[where] = f"154{secrets.randbelow(10**8):08}"
        return self.words[where]

    def contact(self, where: str) -> dict[str, str]:
        """Name and number of one person."""
        return {"name": self.word(f"{where} name"), "phone": self.phone(f"{where} phone")}


class Fields:
    """The fields of a service's doors in which somebody may write what they like, by its OpenAPI document."""

    def __init__(self, service: str, document: Mapping[str, Any]) -> None:
        self._service = service
        self._document = document

    def free(self) -> set[str]:
        """``service method path field`` of each."""
        return {
            f"{self._service} {method} {path} {name}"
            for path, operations in self._document["paths"].items()
            for method, operation in operations.items()
            for kind, body in operation.get("requestBody", {}).get("content", {}).items()
            if "json" in kind
            for name in self._free_in(body["schema"])
        }

    def hit(self, method: str, path: str, body: Any, words: Mapping[str, str]) -> set[str]:
        """The fields that one request filled with planted words."""
        templates = [one for one in self._document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
        named = min(templates, key=lambda one: one.count("{"), default=path)
        planted = set(words.values())
        return {f"{self._service} {method.lower()} {named} {name}" for name, text in _texts(body) if text in planted}

    def _free_in(self, schema: Mapping[str, Any], name: str = "") -> Iterator[str]:
        if "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for inner in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
            yield from self._free_in(inner, name)
        for part, inner in schema.get("properties", {}).items():
            yield from self._free_in(inner, part)
        told = {"enum", "format", "pattern", "const"} & set(schema)
        if schema.get("type") == "string" and name not in NO_WORDS and not told:
            yield name


def _texts(body: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(body, Mapping):
        for part, inner in body.items():
            yield from _texts(inner, str(part))
    elif isinstance(body, list):
        for inner in body:
            yield from _texts(inner, name)
    elif isinstance(body, str):
        yield name, body
