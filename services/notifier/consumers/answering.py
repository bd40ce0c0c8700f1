"""What notifier does for the services that ask: a one-time code goes to a phone, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from uuid_utils.compat import uuid7

from services.notifier.policies.messages import Message
from services.notifier.policies.short_texts import SHORT_CODE
from services.notifier.policies.texts import CODE_TEXT, SIGN_IN_TEXT
from shared.contracts.refusal import Unavailable
from shared.contracts.requests import CodeSent, CodeToSend
from shared.messaging.requests import Answers
from shared.web.i18n import Language, Readers

log = structlog.get_logger()

SendCode = Callable[[str, Message, Mapping[str, Any]], Awaitable[None]]
"""Brings a code to a phone, or its line to the notice file. Raises ``Unavailable``."""


def answering(send_code: SendCode, readers: Readers) -> Answers:
    """Codes leave at once, past every table and without a retry: whoever waits for one asks for another."""
    answers = Answers("notifier")

    @answers.on(CodeToSend)
    async def send(asked: CodeToSend) -> CodeSent:
        language = Language(asked.language) if asked.language in list(Language) else Language.ZH
        reader, values = readers.of(language), {"code": asked.code, "minutes": asked.valid_minutes}
        said = reader.gettext(SIGN_IN_TEXT if asked.sign_in else CODE_TEXT) % values
        short = reader.gettext(SHORT_CODE) % values
        line = {
            "kind": "code",
            "recipient": {"phone": asked.phone},
            "code": asked.code,
            "at": datetime.now(UTC).isoformat(),
            "text": {language.value.split("-")[0]: said},
        }
        try:
            await send_code(asked.phone, Message(str(uuid7()), "", said, short, language.value), line)
        except Unavailable:
            log.warning("code.unsent")
            raise
        return CodeSent()

    return answers
