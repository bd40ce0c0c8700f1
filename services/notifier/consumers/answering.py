"""What notifier does for the services that ask: a one-time code goes to a phone, and nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from services.notifier.policies.texts import CODE_TEXT, SIGN_IN_TEXT
from shared.contracts.refusal import Unavailable
from shared.contracts.requests import CodeSent, CodeToSend
from shared.messaging.requests import Answers
from shared.web.i18n import Language, Readers

log = structlog.get_logger()

Write = Callable[[Sequence[Mapping[str, Any]], Collection[str]], None]
"""Appends messages to the demonstration's channel. Blocks; raises ``OSError``."""


def answering(write: Write, readers: Readers) -> Answers:
    """Codes leave at once by the channel of the demonstration, its notice file, past every table and without a retry:
    whoever waits for one asks for another.
    """
    answers = Answers("notifier")

    @answers.on(CodeToSend)
    async def send(asked: CodeToSend) -> CodeSent:
        language = Language(asked.language) if asked.language in list(Language) else Language.ZH
        text = SIGN_IN_TEXT if asked.sign_in else CODE_TEXT
        said = readers.of(language).gettext(text) % {"code": asked.code, "minutes": asked.valid_minutes}
        message = {
            "kind": "code",
            "recipient": {"phone": asked.phone},
            "code": asked.code,
            "at": datetime.now(UTC).isoformat(),
            "text": {language.value.split("-")[0]: said},
        }
        try:
            await asyncio.to_thread(write, [message], ())
        except OSError as error:
            log.warning("code.unsent", channel="file", error=type(error).__name__)
            raise Unavailable from error
        return CodeSent()

    return answers
