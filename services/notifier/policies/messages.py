"""Several notices for one person at one time make one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SHORTEST = 70
"""What fits one SMS of Chinese characters (UCS-2, 3GPP TS 23.040)."""


@dataclass(frozen=True)
class Said:
    """One notice in its reader's words: ``short`` is plain, and at most ``SHORTEST`` characters."""

    long: str
    short: str


@dataclass(frozen=True)
class Message:
    """What goes to one person over one channel. ``message_id`` stays the same when it is sent again, so that a provider
    that keeps such ids brings it once. ``language``: as in ``zh-CN``.
    """

    message_id: str
    title: str
    long: str = field(repr=False)
    short: str = field(repr=False)
    language: str


def compose(message_id: str, title: str, said: Sequence[Said], language: str) -> Message:
    """One message of one or several notices, the most pressing first; the short form tells that one, and how many more
    there are.
    """
    rest = f" (+{len(said) - 1})" if len(said) > 1 else ""
    short = said[0].short
    if len(short) + len(rest) > SHORTEST:
        short = f"{short[: SHORTEST - len(rest) - 1]}…"
    return Message(message_id, title, "\n".join(one.long for one in said), short + rest, language)
