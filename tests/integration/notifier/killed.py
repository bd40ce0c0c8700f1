"""A notifier that delivers and is killed after its lines are on disk, before they are confirmed.

``python -m tests.integration.notifier.killed SETTINGS-JSON DEFINITION``
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.notifier.app import Notifier
from services.notifier.clocks import NoticeFile
from services.notifier.settings import NotifierSettings
from shared.community.definition import load


async def main(settings: str, definition: str) -> None:
    """Deliver once, and never come back from it."""
    notifier = Notifier(NotifierSettings.model_validate_json(settings), load(Path(definition)))
    deliver = NoticeFile.deliver

    def deliver_and_die(file: NoticeFile, messages: Sequence[Mapping[str, Any]], uncertain: Collection[str]) -> None:
        deliver(file, messages, uncertain)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(NoticeFile, "deliver", deliver_and_die)  # noqa: B010 - the death comes from outside the code under test
    writing = asyncio.create_task(notifier.machinery.writer.run())
    await notifier.delivery_clock.sweep(datetime.now(UTC))
    await writing


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
