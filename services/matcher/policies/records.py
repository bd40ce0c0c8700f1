"""What the pairing looks at of everybody at once: one record of 64 bytes a volunteer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from services.matcher.policies.costs import TIE, carried
from services.matcher.policies.eligibility import Load, Member
from shared.community.hours import WeekHours
from shared.community.local import Stretch

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Rows = NDArray[np.int32]
Records = NDArray[Any]

RECORD = np.dtype(
    [
        ("hours", np.uint32, 7),  # free hours of each weekday, bit 0 is midnight
        ("home", np.int32),  # number of the area, in the order of the tree
        ("asked_on", np.int32),  # ordinal of the local day that ``left`` is about
        ("hash", np.uint32),  # crc32 of the volunteer's id
        ("carried", np.float64),  # what ``costs.carried`` says of the load
        ("asked_at", np.float64),  # seconds since the epoch; minus infinity: never
        ("room", np.int16),  # capacity less held and asked
        ("left", np.int16),  # offers left of the budget of that day
        ("length", np.uint16),  # bytes of the volunteer's id
        ("flags", np.uint16),
    ]
)
LOADED = ("asked_on", "asked_at", "carried", "room", "left", "flags")
"""What follows from a load."""

ON_DUTY, AT_WORK, ABSENCES, MARKS, BUSY, NO_OFFERS, ONE_OFFER = (1 << bit for bit in range(7))

_MOST = np.iinfo(np.int16).max
_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE


def fill(records: Records, members: Sequence[Member], homes: Sequence[int]) -> None:
    """Write the records of these members, who carry nothing and live in the areas of these numbers."""
    weeks = b"".join([member.hours.bits.to_bytes(21, "little") for member in members])
    octets = np.frombuffer(weeks, np.uint8).reshape(-1, 7, 3).astype(np.uint32)
    ids = [member.volunteer_id.encode() for member in members]
    records["hours"] = octets[:, :, 0] | octets[:, :, 1] << 8 | octets[:, :, 2] << 16
    records["home"] = homes
    records["hash"] = [crc32(each) for each in ids]
    records["length"] = [len(each) for each in ids]
    records["flags"] = [_flags(member) for member in members]
    records["asked_at"], records["asked_on"], records["carried"] = -np.inf, 0, 0
    records["room"] = [min(member.capacity, _MOST) for member in members]
    records["left"] = [min(member.daily_offers, _MOST) for member in members]


def carry(records: Records, members: Sequence[Member], loads: Sequence[Load]) -> None:
    """Write what these members carry."""
    pairs = list(zip(members, loads, strict=True))
    records["asked_on"] = [load.asked_on.toordinal() if load.asked_on else 0 for load in loads]
    records["asked_at"] = [load.asked_at.timestamp() if load.asked_at else -np.inf for load in loads]
    records["carried"] = [carried(load) for load in loads]
    records["room"] = [min(max(member.capacity - load.held - load.asked, -_MOST), _MOST) for member, load in pairs]
    records["left"] = [min(max(member.daily_offers - load.asked_today, -_MOST), _MOST) for member, load in pairs]
    records["flags"] = [_flags(member) | (BUSY if load.busy else 0) for member, load in pairs]


def _flags(member: Member) -> int:
    return (
        (ON_DUTY if member.on_duty else 0)
        | (AT_WORK if member.urgent_at_work else 0)
        | (ABSENCES if member.absences else 0)
        | (MARKS if member.marks else 0)
        | (NO_OFFERS if member.daily_offers <= 0 else 0)
        | (ONE_OFFER if member.daily_offers == 1 else 0)
    )


def take(records: Records, places: NDArray[np.integer]) -> Records:
    """Some of the records; as words of 8 bytes, which numpy copies many times faster than structures."""
    words = records.view(np.uint64).reshape(-1, RECORD.itemsize // 8)
    return words.take(places, axis=0).view(RECORD).reshape(-1)


def ties(records: Records, leg_id: str) -> Numbers:
    """``costs.tie`` of everybody: the checksum of two texts one after the other is that of the second, changed by
    bits that depend on the first and on the length of the second alone.
    """
    first = crc32(f"{leg_id}:".encode())
    lengths, inverse = np.unique(records["length"], return_inverse=True)
    blanks = [bytes(length) for length in lengths.tolist()]
    changes = np.array([crc32(blank, first) ^ crc32(blank) for blank in blanks], np.uint32)
    return TIE * (records["hash"] ^ changes[inverse]) / 2**32


def free_at(records: Records, row: int, hour: int) -> Mask:
    """Whose hour of that weekday is free."""
    return (records["hours"][:, row] >> np.uint32(hour) & np.uint32(1)).astype(np.bool_)


def week_of(records: Records) -> WeekHours:
    """The hours at which at least one of them is free."""
    rows = np.bitwise_or.reduce(records["hours"], axis=0).tolist() if len(records) else []
    return WeekHours(sum(row << 24 * day for day, row in enumerate(rows)))


def free_for(records: Records, stretch: Stretch, minutes: int) -> Mask:
    """Who has a free stretch of so many minutes (at most a day) within a span: ``WeekHours.longest_free_minutes`` for
    all of them.
    """
    length = minutes * _MINUTE
    if not 0 < length <= stretch.length:
        return np.full(len(records), length <= 0)
    hours = records["hours"].astype(np.uint64)
    found = np.zeros(len(records), np.bool_)
    for (row, next_row, run), starts in _runs(stretch, length).items():
        free = hours[:, row] | hours[:, next_row] << np.uint64(24)
        found |= (_begins(free, run) & np.uint64(starts)) != 0
    return found


def _runs(stretch: Stretch, length: int) -> dict[tuple[int, int, int], int]:
    """Where a free stretch may begin: with the span, or with an hour in it that leaves time enough.

    By weekday, the weekday after it and the whole hours that must be free from there: the hours of that day, as bits.
    """
    rows = (*stretch.rows, stretch.rows[-1])
    last = stretch.first + (stretch.into_first + stretch.length - length) // _HOUR
    runs = {(rows[0], rows[1], -(-(stretch.into_first + length) // _HOUR)): 1 << stretch.first}
    for day in range(len(stretch.rows)):
        begin, end = max(stretch.first + 1 - day * 24, 0), min(last + 1 - day * 24, 24)
        if begin < end:
            key = rows[day], rows[day + 1], -(-length // _HOUR)
            runs[key] = runs.get(key, 0) | (1 << end) - (1 << begin)
    return runs


def _begins(free: NDArray[np.uint64], run: int) -> NDArray[np.uint64]:
    """The hours from which ``run`` hours on end are free."""
    known = 1
    while known < run:
        step = min(known, run - known)
        free = free & free >> np.uint64(step)
        known += step
    return free
