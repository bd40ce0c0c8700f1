"""Whose letterbox a caller opens."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from services.notifier.access import LETTERBOX, letterbox_of
from services.notifier.commands import Recipient
from shared.web.callers import KnownCaller
from shared.web.rules import under


@under(LETTERBOX)
async def _owner(caller: KnownCaller) -> Recipient:
    return letterbox_of(caller)


Owner = Annotated[Recipient, Depends(_owner)]
