"""Whom to ask first: nearness by the tree, then fair load (mission.md, pairing rule 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from services.matcher.policies.eligibility import Load, Member, Need, is_eligible

Preference = tuple[int, int, float, int]

NEVER_ASKED = float("-inf")


def preference(need: Need, member: Member, load: Load) -> Preference:
    """The order among equally near people, smallest first.

    Least held (open offers count: each may become an assignment), fewest minutes served, longest unasked; what
    is still equal is settled by a hash that differs from leg to leg, so that no name comes first for ever.
    """
    asked_at = load.asked_at.timestamp() if load.asked_at is not None else NEVER_ASKED
    tie = crc32(f"{need.leg_id}:{member.volunteer_id}".encode())
    return load.held + load.asked, load.served_minutes, asked_at, tie


def best(need: Need, rings: Iterable[Sequence[Member]], loads: Mapping[str, Load], count: int) -> list[Member]:
    """The ``count`` best people to ask, fewer when there are not as many.

    ``rings`` are groups of equally near people, nearest first; a ring is looked at only when the nearer ones
    did not suffice. Somebody without a load has left the roster.
    """
    chosen: list[Member] = []
    for ring in rings:
        if len(chosen) >= count:
            break
        eligible = [
            (preference(need, member, load), member)
            for member in ring
            if (load := loads.get(member.volunteer_id)) is not None and is_eligible(need, member, load)
        ]
        eligible.sort(key=lambda ranked: ranked[0])
        chosen += [member for _, member in eligible[: count - len(chosen)]]
    return chosen


def nearest(rings: Sequence[Sequence[Member]], enough: int) -> Sequence[Sequence[Member]]:
    """The nearest whole rings that together have ``enough`` people; all of them when there are fewer."""
    people = 0
    for number, ring in enumerate(rings, start=1):
        people += len(ring)
        if people >= enough:
            return rings[:number]
    return rings
