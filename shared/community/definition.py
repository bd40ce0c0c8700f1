"""The definition of a community, read from one file and valid as a whole: ``load(path) -> Community``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.community import checks, phrases
from shared.community.areas import AreaKind, AreaTree
from shared.community.calendar import official
from shared.community.catalogue import Service, ServiceWindow
from shared.community.departments import Department, DepartmentKind
from shared.community.faults import DefinitionInvalid, Entry, Fault, Faults, M
from shared.community.hours import DefaultHours, VolunteerKind, WeekHours
from shared.community.ladder import Clocks, Coordinator, Ladder, Tier
from shared.community.local import LocalTime
from shared.community.pairing import PairingRules
from shared.community.phrases import Phrase, Phrases, SuggestingRules
from shared.community.posts import Post, Profession, Skill, Unit
from shared.community.reading import AreaRow, CoordinatorRow, CounterRow, Header, Source, read_source
from shared.community.text import Text

__all__ = ["Community", "DefinitionInvalid", "Fault", "load"]


@dataclass(frozen=True)
class Community:
    """Everything a community has decided. Frozen; its look-ups are made once.

    ``roster`` is the file of volunteers that the definition names, if it names one; ``incumbents`` that of who holds
    the coordinators' offices.
    """

    code: str
    name: Text
    time_zone: str
    areas: AreaTree
    windows: tuple[ServiceWindow, ...]
    services: tuple[Service, ...]
    professions: tuple[Profession, ...]
    skills: tuple[Skill, ...]
    posts: tuple[Post, ...]
    units: tuple[Unit, ...]
    ladder: Ladder
    clocks: Clocks
    pairing: PairingRules
    default_hours: Mapping[VolunteerKind, WeekHours]
    roster: Path | None
    calendar: str = ""
    departments: tuple[Department, ...] = ()
    station_phone: str = ""
    phrases: Phrases = field(default_factory=Phrases)
    incumbents: Path | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of local time."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def local_time(self) -> LocalTime:
        """Local time under the official calendar, for free hours."""
        return LocalTime(self.zone, official(self.calendar))

    def local(self, at: datetime) -> datetime:
        """An aware instant in local time, for pages and messages."""
        return at.astimezone(self.zone)

    @cached_property
    def windows_by_code(self) -> Mapping[str, ServiceWindow]:
        """Windows of the catalogue."""
        return {window.code: window for window in self.windows}

    @cached_property
    def services_by_code(self) -> Mapping[str, Service]:
        """Services of the catalogue."""
        return {service.code: service for service in self.services}

    @cached_property
    def professions_by_code(self) -> Mapping[str, Profession]:
        """Professions that skills ask for."""
        return {profession.code: profession for profession in self.professions}

    @cached_property
    def skills_by_code(self) -> Mapping[str, Skill]:
        """Skills, which services and legs call ``post``."""
        return {skill.code: skill for skill in self.skills}

    @cached_property
    def posts_by_id(self) -> Mapping[str, Post]:
        """Posts."""
        return {post.post_id: post for post in self.posts}

    @cached_property
    def units_by_id(self) -> Mapping[str, Unit]:
        """Units."""
        return {unit.unit_id: unit for unit in self.units}

    @cached_property
    def departments_by_code(self) -> Mapping[str, Department]:
        """Departments, property firms, merchants and counters."""
        return {department.code: department for department in self.departments}

    def departments_for(self, area: str) -> tuple[Department, ...]:
        """Those that answer for an area: what lies there can be referred to them."""
        return tuple(one for one in self.departments if one.answers_for(self.areas, area))

    def counter_of(self, area: str) -> Department | None:
        """The counter that answers for an area, if one does: the one of the smallest area above it."""
        line = list(self.areas.ancestors(area))
        near = [
            (line.index(top), one) for one in self.departments if one.is_counter for top in one.areas if top in line
        ]
        return min(near, key=lambda each: each[0])[1] if near else None

    def posts_covering(self, area: str, skill: str) -> tuple[Post, ...]:
        """The posts of a skill whose area is this one or lies above it, nearest first."""
        return tuple(post for above in self.areas.ancestors(area) for post in self._posts_at.get((above, skill), ()))

    @cached_property
    def _posts_at(self) -> Mapping[tuple[str, str], Sequence[Post]]:
        places: dict[tuple[str, str], list[Post]] = {}
        for post in self.posts:
            places.setdefault((post.area, post.skill), []).append(post)
        return places

    def coordinator_of(self, area: str) -> Coordinator:
        """Who holds what no volunteer holds in this area: the coordinator at or nearest above it."""
        return self.ladder.by_area[self.areas.coordinator_area(area)]


def load(path: Path | str) -> Community:
    """Read and check a definition. Raises :class:`DefinitionInvalid`, which names every broken rule."""
    source = read_source(Path(path))
    faults = Faults()
    header = source.header(faults)
    checks.time_zone(header.time_zone, source.file, faults)
    checks.calendar(header.calendar, source.file, faults)
    return _Parts(source, header, faults).joined()


class _Parts:
    """The entries of one definition, read and not yet joined."""

    def __init__(self, source: Source, header: Header, faults: Faults) -> None:
        self.source, self.header, self.faults = source, header, faults
        self.kinds = source.many(AreaKind, "kinds", faults)
        self.tiers = source.many(Tier, "tiers", faults)
        self.windows = source.many(ServiceWindow, "windows", faults)
        self.services = source.many(Service, "services", faults)
        self.departments = source.any(Department, "departments", faults)
        self.professions = source.many(Profession, "professions", faults)
        self.skills = source.many(Skill, "skills", faults)
        self.clocks = source.one(Clocks, "clocks", faults)
        self.pairing = source.one(PairingRules, "pairing", faults) if "pairing" in source.content else None
        self.default_hours = source.one(DefaultHours, "default_hours", faults)
        suggesting = source.one(SuggestingRules, "suggesting", faults) if "suggesting" in source.content else None
        self.suggesting = suggesting.value if suggesting else SuggestingRules()
        self.phrases = source.maybe_table(Phrase, self.suggesting.phrases, faults)
        self.counters = source.maybe_table(CounterRow, header.files.counters, faults)
        self.areas = source.table(AreaRow, header.files.areas, faults)
        self.coordinators = source.table(CoordinatorRow, header.files.coordinators, faults)
        self.posts = source.table(Post, header.files.posts, faults)
        self.units = source.table(Unit, header.files.units, faults)
        self.roster = source.unread("roster", header.files.roster, faults)
        self.incumbents = source.unread("incumbents", header.files.incumbents, faults)
        self._unknown_sections()
        faults.end_here_if_any()

    def _unknown_sections(self) -> None:
        known = set(Header.model_fields) | {
            "kinds", "tiers", "windows", "services", "professions", "skills", "clocks", "default_hours", "pairing",
            "departments", "suggesting",
        }  # fmt: skip
        for key in self.source.content:
            if key not in known:
                self.faults.append(Fault(self.source.file, key, "there is no such section"))

    def _check(self) -> None:
        faults, area_codes = self.faults, {entry.value.code for entry in self.areas}
        skills = {entry.value.code: entry.value for entry in self.skills}
        checks.kinds(self.kinds, self.source.file, faults)
        checks.areas(self.areas, self.kinds, self.header.files.areas, faults)
        checks.successors(self.header.successors, area_codes, self.source.file, faults)
        checks.skills(self.skills, self.professions, faults)
        checks.posts(self.posts, skills, area_codes, faults)
        checks.units(self.units, area_codes, faults)
        held = {entry.value.skill for entry in self.posts}
        checks.catalogue(self.windows, self.services, skills, held, faults)
        phrases.check(self.phrases, {entry.value.code for entry in self.services}, faults)
        checks.departments(self.departments, self.services, skills, area_codes, faults)
        checks.counters(self.counters, self.departments, area_codes, faults)
        checks.ladder(self.tiers, self.coordinators, self.kinds, self.areas, faults)
        faults.end_here_if_any()

    def joined(self) -> Community:
        self._check()
        assert self.clocks is not None and self.default_hours is not None  # noqa: S101, PT018 - a missing one is a fault
        ladder = self._ladder()
        root, kinds = checks.tree(self.areas), _values(self.kinds)
        hours = self.default_hours.value
        return Community(
            code=self.header.code,
            name=self.header.name,
            time_zone=self.header.time_zone,
            areas=AreaTree(root, kinds, frozenset(ladder.by_area), self.header.successors),
            windows=_values(self.windows),
            services=_values(self.services),
            professions=_values(self.professions),
            skills=_values(self.skills),
            posts=_values(self.posts),
            units=_values(self.units),
            ladder=ladder,
            clocks=self.clocks.value,
            pairing=self.pairing.value if self.pairing else PairingRules(),
            default_hours={kind: getattr(hours, kind.value) for kind in VolunteerKind},
            roster=self.roster,
            incumbents=self.incumbents,
            calendar=self.header.calendar,
            station_phone=self.header.station_phone,
            phrases=Phrases(said=_values(self.phrases), margin=self.suggesting.margin),
            departments=_values(self.departments) + tuple(_counter(row) for row in _values(self.counters)),
        )

    def _ladder(self) -> Ladder:
        tiers = _values(self.tiers)
        title = {tier.kind: tier.title for tier in tiers}
        kind = {entry.value.code: entry.value.kind for entry in self.areas}
        return Ladder(
            tiers=tiers,
            coordinators=tuple(
                Coordinator(coordinator_id=row.coordinator_id, area=row.area, title=row.title or title[kind[row.area]])
                for row in _values(self.coordinators)
            ),
        )


def _counter(row: CounterRow) -> Department:
    return Department(code=row.code, name=row.name, kind=DepartmentKind.COUNTER, areas=(row.area,), hours=row.hours)


def _values(entries: Sequence[Entry[M]]) -> tuple[M, ...]:
    return tuple(entry.value for entry in entries)
