"""What is wrong with a field, in the reader's words: pydantic's error types as messages people understand.

What the sender typed is never repeated: it may be personal, and it may be hostile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.contracts.refusal import FieldError
from shared.web.i18n import gettext, msgid, told

MOST_ERRORS = 50
"""More errors than this help nobody; a list of a million wrong elements must not become a million errors."""

_POINTER_LENGTH = 200
_ANYTHING = msgid("This is not valid")
_NUMBER = msgid("Please give a number")
_MOMENT = msgid("Please give a date and time")
_OBJECT = msgid("An object is needed here")
_LIST = msgid("A list is needed here")
_CHOICE = msgid("Please choose one of the options")

_MESSAGES: Mapping[str, str] = {
    "missing": msgid("Please fill this in"),
    "extra_forbidden": msgid("This field is not known here"),
    "json_invalid": msgid("This is not readable JSON"),
    "string_type": msgid("A text is needed here"),
    "string_too_short": msgid("Please give at least %(min_length)s characters"),
    "string_too_long": msgid("Please give at most %(max_length)s characters"),
    "string_pattern_mismatch": msgid("This is not in the expected form"),
    "string_unicode": msgid("This text holds characters that cannot be stored"),
    "too_short": msgid("Please give at least %(min_length)s of these"),
    "too_long": msgid("Please give at most %(max_length)s of these"),
    "greater_than": msgid("This must be more than %(gt)s"),
    "greater_than_equal": msgid("This must be at least %(ge)s"),
    "less_than": msgid("This must be less than %(lt)s"),
    "less_than_equal": msgid("This must be at most %(le)s"),
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": msgid("Please give a whole number"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": msgid("Please answer yes or no"),
    "bool_parsing": msgid("Please answer yes or no"),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "union_tag_invalid": _CHOICE,
    "union_tag_not_found": _CHOICE,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": msgid("Please give the time with its zone"),
    "datetime_future": msgid("This must lie in the future"),
    "datetime_past": msgid("This must lie in the past"),
    "date_type": msgid("Please give a date"),
    "date_parsing": msgid("Please give a date"),
    "date_from_datetime_parsing": msgid("Please give a date"),
    "time_type": msgid("Please give a time"),
    "time_parsing": msgid("Please give a time"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}


def field_errors(errors: Iterable[Mapping[str, Any]], *, skip: int = 0) -> tuple[FieldError, ...]:
    """Pydantic's errors as field errors; ``skip`` leading parts of each location are no part of the body."""
    told: list[FieldError] = []
    for error in errors:
        if len(told) == MOST_ERRORS:
            break
        location = () if error["type"] == "json_invalid" else tuple(error["loc"])[skip:]
        told.append(FieldError(pointer(location), message(error)))
    return tuple(told)


def translated(errors: Iterable[FieldError]) -> tuple[FieldError, ...]:
    """A rule's field errors, their details in the reader's language and filled in."""
    return tuple(FieldError(error.pointer, told(error.detail, error.values)) for error in errors)


def pointer(location: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901); a hostile key is cut short and cleaned of what no answer could carry."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    text = "".join(f"/{part}" for part in parts)[:_POINTER_LENGTH]
    return text.encode("utf-8", "replace").decode("utf-8")


def message(error: Mapping[str, Any]) -> str:
    """One error in the reader's language."""
    context = error.get("ctx") or {}
    if error["type"] == "value_error":
        return gettext(str(context.get("error") or "")) or gettext(_ANYTHING)
    known = _MESSAGES.get(error["type"])
    if known is None:
        return gettext(_ANYTHING)
    return gettext(known) % context
