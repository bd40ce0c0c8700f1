"""What a restored database must not say any more: it was true at the cut, and the world has gone on since.

- Who had signed in: a session that was ended after the cut would be open again, and so would a one-time code that was
  used. Everybody signs in once more.
- What the broker has acknowledged last. The relay finds the streams new and publishes what they should have again,
  beside what is new (``shared.messaging.republishing``). What was on its way to a consumer at the cut goes out first
  and in order, because what comes next builds on it: the last 20,000, more than consumers are ever behind in calm.
- What was never attempted: a notice that waited at the cut may have left since. It counts as attempted once, as after
  a crash in the middle of an attempt; who delivers looks first where a channel can be looked at.

Who was erased is no matter of this list: each service reads its register at every start, before it shows anything, and
erases again whom the restored database still has (``shared.persistence.erasures``). By a restore nobody comes back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

_UNSENT = "UPDATE outbox SET sent_at = NULL WHERE position > (SELECT MAX(position) FROM outbox) - 20000"

_EVERYWHERE = (("sessions", "DELETE FROM sessions"), ("outbox", _UNSENT))

_OWN = {
    "intake": (("codes", "DELETE FROM codes"),),
    "notifier": (("deliveries", "UPDATE deliveries SET attempts = 1 WHERE state = 'waiting' AND attempts = 0"),),
}


def statements(service: str, tables: Collection[str]) -> Sequence[str]:
    """SQL for a service's restored database, for the tables its schema has already; doing it twice changes nothing."""
    return [sql for table, sql in (*_EVERYWHERE, *_OWN.get(service, ())) if table in tables]
