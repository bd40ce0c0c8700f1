"""The roster kept in memory: who is there, what they carry, and in numbers what the pairing looks at of everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from services.matcher.policies.eligibility import Load, Member, Need
from services.matcher.policies.ground import Ground, Group
from services.matcher.policies.records import LOADED, RECORD, Rows, carry, fill
from shared.community.areas import AreaTree

_NOBODY: Mapping[int, bool] = {}


class Register:
    """People by row. Somebody whose home the tree does not have is left out.

    A change of one person writes one record; groups of people are made when they are next asked for.
    """

    def __init__(self, areas: AreaTree, members: Iterable[Member], loads: Mapping[str, Load]) -> None:
        self.areas = areas
        self.ground = Ground(areas)
        people = [member for member in members if areas.knows(member.home)]
        self._rows = {member.volunteer_id: row for row, member in enumerate(people)}
        self._people: list[Member | None] = [*people]
        self.records = np.zeros(len(people), RECORD)
        fill(self.records, people, [self.ground.number[member.home] for member in people])
        self._loads = {volunteer_id: load for volunteer_id, load in loads.items() if volunteer_id in self._rows}
        rows = [self._rows[volunteer_id] for volunteer_id in self._loads]
        laden = np.zeros(len(rows), RECORD)
        carry(laden, [people[row] for row in rows], list(self._loads.values()))
        for name in LOADED:
            self.records[name][rows] = laden[name]
        self._spare: list[int] = []
        self._holders: dict[str, dict[int, bool]] = {}
        self._units: dict[str, set[int]] = {}
        self._groups: dict[frozenset[str] | None, Group] = {}
        for row, member in enumerate(people):
            self._enter(row, member)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Member]:
        return (member for member in self._people if member is not None)

    def get(self, volunteer_id: str) -> Member | None:
        """One volunteer, None when there is no such."""
        row = self._rows.get(volunteer_id)
        return self._people[row] if row is not None else None

    def load(self, volunteer_id: str) -> Load:
        """What they carry as far as it is known; who changes it has to ``note`` it afterwards."""
        return self._loads.get(volunteer_id) or Load()

    def known(self, row: int) -> tuple[Member, Load]:
        """Who is at a row, and what they carry. Raises ``KeyError`` for a row that nobody has."""
        member = self._people[row]
        if member is None:
            raise KeyError(row)
        return member, self.load(member.volunteer_id)

    def rows_of(self, volunteer_ids: Iterable[str]) -> list[int]:
        """The rows of those who are there."""
        return [self._rows[each] for each in volunteer_ids if each in self._rows]

    def members_of(self, unit: str) -> Sequence[Member]:
        """The members of one unit."""
        return [self.known(row)[0] for row in sorted(self._units.get(unit, ()))]

    def put(self, member: Member, load: Load | None = None) -> None:
        """Somebody joined or changed; without ``load`` they carry what they carried."""
        if not self.areas.knows(member.home):
            self.remove(member.volunteer_id)
            return
        row = self._rows.get(member.volunteer_id)
        before = self._people[row] if row is not None else None
        if row is None:
            row = self._rows[member.volunteer_id] = self._new_row()
        self._people[row] = member
        if before is None or (before.home, before.claims, before.unit) != (member.home, member.claims, member.unit):
            self._leave(row, before)
            self._enter(row, member)
        fill(self.records[row : row + 1], [member], [self.ground.number[member.home]])
        self.note(member.volunteer_id, load or self.load(member.volunteer_id))

    def remove(self, volunteer_id: str) -> None:
        """Somebody left; nothing when they were not there."""
        row = self._rows.pop(volunteer_id, None)
        if row is not None:
            self._leave(row, self._people[row])
            self._people[row] = None
            self._loads.pop(volunteer_id, None)
            self._spare.append(row)

    def note(self, volunteer_id: str, load: Load) -> None:
        """The newest that is known of what somebody carries; nothing when they are not there."""
        row = self._rows.get(volunteer_id)
        if row is not None:
            self._loads[volunteer_id] = load
            carry(self.records[row : row + 1], [self.known(row)[0]], [load])

    def group(self, need: Need) -> Group:
        """Who may serve a need as far as posts go: holders of its posts, or anybody."""
        key = None if need.open else need.posts
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = self._anybody() if key is None else self._holders_of(key)
        return found

    def holders(self, posts: Iterable[str], *, vetted: bool) -> Rows:
        """The rows of who holds one of these posts; ``vetted``: those alone who were vetted for it."""
        held = (self._holders.get(post, _NOBODY).items() for post in posts)
        return np.fromiter({row for holders in held for row, passed in holders if passed or not vetted}, np.int32)

    def living_in(self, area: str) -> Rows:
        """The rows of who lives at or below an area."""
        first, end = self.ground.range(area)
        rows = np.fromiter(self._rows.values(), np.int32, len(self._rows))
        homes = self.records["home"][rows]
        return rows[(homes >= first) & (homes < end)]

    def _anybody(self) -> Group:
        rows = np.fromiter(self._rows.values(), np.int32, len(self._rows))
        return Group.of(rows, self.records["home"][rows], np.ones(len(rows), np.bool_))

    def _holders_of(self, posts: Iterable[str]) -> Group:
        vetted: dict[int, bool] = {}
        for post_id in posts:
            for row, is_vetted in self._holders.get(post_id, _NOBODY).items():
                vetted[row] = vetted.get(row, False) or is_vetted
        rows: Rows = np.fromiter(vetted, np.int32, len(vetted))
        return Group.of(rows, self.records["home"][rows], np.fromiter(vetted.values(), np.bool_, len(vetted)))

    def _new_row(self) -> int:
        if self._spare:
            return self._spare.pop()
        row = len(self._people)
        self._people.append(None)
        if row >= len(self.records):
            self.records = np.concatenate([self.records, np.zeros(max(row, 64), RECORD)])
        return row

    def _enter(self, row: int, member: Member) -> None:
        for post_id, vetted in member.claims.items():
            self._holders.setdefault(post_id, {})[row] = vetted
        if member.unit is not None:
            self._units.setdefault(member.unit, set()).add(row)

    def _leave(self, row: int, member: Member | None) -> None:
        self._groups.clear()
        if member is None:
            return
        for post_id in member.claims:
            self._holders[post_id].pop(row, None)
        if member.unit is not None:
            self._units[member.unit].discard(row)
