"""Over which channels a notice leaves, one after the other; the order is a setting, and a person's own choice.

The letterbox is none of them: whatever is written lies there at once. The first channel is tried with growing pauses;
when it is given up the next one takes over; behind the last one is a person's voice (mission.md, "notice"). A person
is reached over those for which there is an address of theirs; the notice file takes everybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.notifier.commands import CHANNELS, FILE

FIRST = "first"
"""The channel of a delivery that has not been attempted: the order may still change before it leaves."""


@dataclass(frozen=True)
class ChannelOrder:
    """The names of the channels, the first one first; at least one."""

    names: tuple[str, ...]

    @property
    def first(self) -> str:
        """Where every notice begins."""
        return self.names[0]

    def after(self, name: str) -> str | None:
        """What is tried when a channel was given up; None when nothing is left. What the order does not name any
        more counts as the first."""
        at = self.names.index(name) if name in self.names else 0
        return self.names[at + 1] if at + 1 < len(self.names) else None

    def of(self, wished: Sequence[str] | None, addresses: Collection[str]) -> ChannelsOfOne:
        """A person's: as they wish, else as the installation has it; only those they can be reached over."""
        names = self.names if wished is None else [name for name in wished if name in self.names]
        return ChannelsOfOne(tuple(name for name in names if name == FILE or name in addresses))


@dataclass(frozen=True)
class ChannelsOfOne:
    """The channels one person can be reached over, the first one first; there may be none."""

    names: tuple[str, ...]

    def now(self, name: str) -> str | None:
        """Where a delivery goes that stands at a channel: there, or where it begins."""
        if name in self.names:
            return name
        return self.names[0] if self.names else None

    def after(self, name: str) -> tuple[str, ...]:
        """What is left behind a channel."""
        return self.names[self.names.index(name) + 1 :] if name in self.names else ()


def read_order(text: str) -> ChannelOrder:
    """Read ``file`` or ``one,other``. Raises ``ValueError`` for no channel, an unknown one, or one named twice."""
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in CHANNELS]
    if unknown:
        raise ValueError(f"there is no channel {unknown[0]!r}; there is {', '.join(CHANNELS)}")
    if len(set(names)) < len(names):
        raise ValueError("a channel is named once")
    return ChannelOrder(names)
