"""Words people read, in Chinese and English, and the codes that programs read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

CODE_PATTERN = r"^[a-z0-9_-]+$"
"""A code is a token of a NATS subject as well (architecture.md)."""

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=64)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]


class Text(BaseModel):
    """The same words in both languages; neither may be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: Words
    en: Words

    def told_in(self, language: str) -> str:
        """The words for a language tag such as ``en``, ``en-GB``, ``zh-CN`` or ``zh_CN``; Chinese for any
        other.
        """
        return self.en if language.lower().startswith("en") else self.zh
