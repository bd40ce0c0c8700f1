"""Posted forms: read into a command, or shown again with what was typed and what is wrong with it.

Field names follow the command: ``contact.name`` is ``{"contact": {"name": …}}``, ``excluded[]`` a list.
An empty field counts as not filled in, as people mean it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from fastapi import Request, UploadFile
from pydantic import BaseModel, ValidationError

from shared.contracts.refusal import FieldError, Invalid, Refusal
from shared.web.csrf import FIELD as TOKEN_FIELD
from shared.web.i18n import current_reader, gettext, msgid, told
from shared.web.validation import field_errors, translated

M = TypeVar("M", bound=BaseModel)
_DEPTH = 4


class FormInvalid(Invalid):
    """The form is not filled in as the command needs it; ``errors`` name the fields."""


@dataclass(frozen=True)
class Fault:
    """One line of the error summary. ``name``: the field it is about, empty for the whole form."""

    name: str
    detail: str


@dataclass(frozen=True)
class Form:
    """What was typed, by field name, and what is wrong with it. Immutable; every verb gives another form."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    refused_as: str = ""

    @classmethod
    def blank(cls, values: Mapping[str, str] | None = None) -> Form:
        """A form nobody has filled in yet, with the values it starts from."""
        return cls({name: (text,) for name, text in (values or {}).items()})

    def value(self, name: str, default: str = "") -> str:
        """What was typed into a field."""
        return self.values.get(name, (default,))[-1]

    def has(self, name: str, choice: str) -> bool:
        """Whether a choice of a field was ticked."""
        return choice in self.values.get(name, ())

    def error(self, name: str) -> str:
        """What is wrong with a field, empty when nothing is."""
        return next((error.detail for error in self.errors if self._name_of(error.pointer) == name), "")

    @property
    def faults(self) -> list[Fault]:
        """The error summary, in the order of the fields."""
        faults = [Fault(self._name_of(error.pointer), error.detail) for error in self.errors]
        return faults or ([Fault("", self.refused_as)] if self.refused_as else [])

    def refused(self, refusal: Refusal) -> Form:
        """The same form, with what the refusal says about it, in the reader's language."""
        detail = told(refusal.detail, refusal.values) or gettext(refusal.title)
        return Form(self.values, self.files, translated(refusal.errors), detail)

    def read(self, command: type[M], *, moments: Collection[str] = (), groups: Collection[str] = ()) -> M:
        """The form as a command.

        ``moments``: fields a browser sends as local times without a zone; they are the reader's own zone's.
        ``groups``: nested parts that must be there, so that each of their missing fields is named.
        Raises ``FormInvalid``.
        """
        try:
            return command.model_validate({**{group: {} for group in groups}, **self.nested(moments)})
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
            raise FormInvalid(errors=field_errors(faults)) from None

    def nested(self, moments: Collection[str] = ()) -> dict[str, Any]:
        """The filled-in fields as nested objects. Raises ``FormInvalid`` when two names contradict."""
        body: dict[str, Any] = {}
        for name, texts in self.values.items():
            given = [text for text in texts if text.strip()]
            if not given:
                continue
            zone = current_reader().zone
            told = [_in_zone(text, zone) for text in given] if name in moments else given
            _put(body, name.removesuffix("[]").split("."), told if name.endswith("[]") else told[-1])
        return body

    def _name_of(self, pointer: str) -> str:
        """The field an error is about: a list's element belongs to the list's field."""
        parts = pointer.strip("/").split("/")
        while parts:
            name = ".".join(parts)
            if f"{name}[]" in self.values:
                return f"{name}[]"
            if name in self.values or len(parts) == 1 or not parts[-1].isdecimal():
                return name
            parts.pop()
        return ""


def field_id(name: str) -> str:
    """The HTML id of a field, which the error summary links to."""
    return "field-" + name.removesuffix("[]").replace(".", "-")


def _in_zone(text: str, zone: tzinfo) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text  # the command says what is wrong with it
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


def _put(body: dict[str, Any], parts: list[str], told: str | list[str]) -> None:
    if len(parts) > _DEPTH:
        raise FormInvalid
    *folders, last = parts
    for folder in folders:
        inner = body.setdefault(folder, {})
        if not isinstance(inner, dict):
            raise FormInvalid
        body = inner
    if last in body:
        raise FormInvalid
    body[last] = told


async def posted(request: Request) -> Form:
    """What a form sent, urlencoded or multipart. Raises ``FormInvalid`` for characters nobody can type."""
    values: dict[str, tuple[str, ...]] = {}
    files: dict[str, UploadFile] = {}
    for name, sent in (await request.form()).multi_items():
        if not isinstance(sent, str):
            files[name] = UploadFile(sent.file, size=sent.size, filename=sent.filename, headers=sent.headers)
        elif name != TOKEN_FIELD:
            if "\0" in sent or "\0" in name:
                raise FormInvalid(_UNSTORABLE)
            values[name] = (*values.get(name, ()), sent)
    return Form(values, files)


_UNSTORABLE = msgid("This text holds characters that cannot be stored")
