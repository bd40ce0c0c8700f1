"""Words and codes as people type them, and what every command is."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

LONGEST_NAME = 80
LONGEST_PHONE = 32
LONGEST_TEXT = 2000


def one_line(text: str) -> str:
    """A name or a number: one line. Raises ``ValueError`` when it holds line breaks or control characters."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise ValueError("line breaks and control characters are not allowed")
    return text


def plain_words(text: str) -> str:
    """Words over several lines, each ended by one line feed, as browsers do not send them.

    Raises ``ValueError`` when they hold other control characters.
    """
    text = re.sub(r"\r\n?", "\n", text)
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise ValueError("control characters are not allowed")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(one_line)]
Words = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(plain_words)]
CODE = r"^[a-z0-9_-]{1,64}$"
Code = Annotated[str, StringConstraints(pattern=CODE)]


class Command(BaseModel):
    """An intent, imperative."""

    model_config = ConfigDict(frozen=True, extra="forbid")
