"""When a notice leaves over a channel that rings: quiet hours, a digest, a little patience, and a measure a day.

Everything is domain time on the community's own clock on the wall. Nothing is lost by waiting: the letterbox has each
notice at once. Only what is urgent breaks through quiet hours, and only for who agreed to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from pydantic import BaseModel, ConfigDict

from services.notifier.commands import Group
from services.notifier.policies.manners import Manner


class Wishes(BaseModel):
    """What a person has chosen. None and empty: as the installation has it.

    ``channels``: over which they want to be reached, the first one first. ``quiet_from``, ``quiet_until``: their quiet
    hours, equal for none. ``urgent_at_night``: what is urgent may ring then. ``digest``: what can wait comes once a
    day, in one message. ``muted``: groups of notices that stay in the letterbox. ``language``: as in ``zh-CN``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    channels: tuple[str, ...] | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    urgent_at_night: bool = False
    digest: bool = False
    muted: frozenset[Group] = frozenset()
    language: str | None = None


NO_WISHES = Wishes()


@dataclass(frozen=True)
class Times:
    """The installation's rules. ``gather``: what is not pressing waits so long for company. ``budget``: so many
    messages a person a day; what is not pressing comes with the digest afterwards, at ``digest_at``."""

    zone: tzinfo
    quiet_from: time
    quiet_until: time
    digest_at: time
    gather: timedelta
    budget: int

    def quiet_end(self, wishes: Wishes, now: datetime) -> datetime | None:
        """When somebody's quiet hours end that hold at an instant; None outside of them."""
        begin, end = wishes.quiet_from or self.quiet_from, wishes.quiet_until or self.quiet_until
        local = now.astimezone(self.zone)
        over_midnight = begin > end
        is_quiet = (local.time() >= begin or local.time() < end) if over_midnight else begin <= local.time() < end
        return self._next(local, end) if is_quiet else None

    def next_digest(self, now: datetime) -> datetime:
        """The next digest after an instant."""
        return self._next(now.astimezone(self.zone), self.digest_at)

    def day_of(self, now: datetime) -> datetime:
        """When the local day of an instant began."""
        return now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    @staticmethod
    def _next(local: datetime, at: time) -> datetime:
        there = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
        return there if there > local else there + timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """A notice that could leave: how pressing it is, when it was made, whether it has waited for its time already, and
    how many messages its person was sent today."""

    manner: Manner
    group: Group | None
    made_at: datetime
    has_waited: bool
    sent_today: int


def leaves_at(one: Waiting, wishes: Wishes, times: Times, now: datetime) -> datetime | None:
    """When a notice may leave: ``now`` or a later instant; None for never, since its person does not want it to."""
    if one.group is not None and one.group in wishes.muted:
        return None
    at = now
    if one.manner.can_wait and not one.has_waited:
        over = one.sent_today >= times.budget
        at = times.next_digest(now) if wishes.digest or over else max(now, one.made_at + times.gather)
    if one.manner is Manner.URGENT and wishes.urgent_at_night:
        return at
    return times.quiet_end(wishes, at) or at
