"""Over which channels a notice leaves, one after the other; the order is a setting.

The letterbox is none of them: whatever is written lies there at once. The first channel is tried with growing pauses;
when it is given up the next one takes over; behind the last one is a person's voice (mission.md, "notice").
"""

from __future__ import annotations

from dataclasses import dataclass

KNOWN = ("file",)
"""The channels there are, besides the letterbox: the notice file."""

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


def read_order(text: str) -> ChannelOrder:
    """Read ``file`` or ``one,other``. Raises ``ValueError`` for no channel, an unknown one, or one named twice."""
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in KNOWN]
    if unknown:
        raise ValueError(f"there is no channel {unknown[0]!r}; there is {', '.join(KNOWN)}")
    if len(set(names)) < len(names):
        raise ValueError("a channel is named once")
    return ChannelOrder(names)
