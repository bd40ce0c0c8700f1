"""The rules that span a definition: what is referred to exists, the tree is one tree, the ladder reaches
everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from shared.community.areas import COMMUNITY, GRID, Area, AreaKind
from shared.community.calendar import CALENDARS
from shared.community.catalogue import Service, ServiceWindow
from shared.community.departments import Department
from shared.community.faults import Entry, Fault, Faults
from shared.community.ladder import Tier
from shared.community.posts import Post, Profession, Skill, Unit
from shared.community.reading import AreaRow, CoordinatorRow, CounterRow


def time_zone(name: str, file: str, faults: Faults) -> None:
    """The time zone is one the system knows."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, a folder of zones, not even a name
        faults.append(Fault(file, "time_zone", f"there is no time zone {name!r}"))


def calendar(name: str, file: str, faults: Faults) -> None:
    """The official calendar is one that is known here; without a name every day is its own weekday."""
    if name not in CALENDARS:
        known = ", ".join(sorted(CALENDARS - {""}))
        faults.append(Fault(file, "calendar", f"there is no calendar {name!r}; there is {known}"))


def kinds(entries: Sequence[Entry[AreaKind]], file: str, faults: Faults) -> None:
    """Kinds run from top to bottom, ever nearer, and have communities with grids below them."""
    faults.unique(entries, "code", lambda kind: kind.code)
    codes = [entry.value.code for entry in entries]
    if COMMUNITY not in codes or GRID not in codes or codes.index(COMMUNITY) > codes.index(GRID):
        faults.append(Fault(file, "kinds", "there must be a kind 'community' and below it a kind 'grid'"))
    for above, entry in pairwise(entries):
        if entry.value.nearness > above.value.nearness:
            faults.append(entry.fault("nearness", "a kind further down cannot be further away"))


def areas(rows: Sequence[Entry[AreaRow]], kinds: Sequence[Entry[AreaKind]], file: str, faults: Faults) -> None:
    """The table is one tree; each area is of a kind below its parent's; grids lie in communities, the rest in
    grids.
    """
    faults.unique(rows, "code", lambda row: row.code)
    depth = {entry.value.code: level for level, entry in enumerate(kinds)}
    by_code = {entry.value.code: entry.value for entry in rows}
    roots = [entry for entry in rows if entry.value.parent is None]
    if len(roots) != 1:
        faults.append(Fault(file, "", f"there must be one area without a parent, not {len(roots)}"))
    for entry in rows:
        row = entry.value
        if row.kind not in depth:
            faults.append(entry.fault("kind", f"there is no kind {row.kind!r}"))
        if row.parent is None:
            if row.kind in depth and depth[row.kind] >= depth.get(COMMUNITY, len(depth)):
                faults.append(entry.fault("kind", "the root must lie above the communities"))
            continue
        parent = by_code.get(row.parent)
        if parent is None:
            faults.append(entry.fault("parent", f"there is no area {row.parent!r}"))
        elif row.kind in depth and parent.kind in depth:
            _below_its_parent(entry, depth[parent.kind], depth, faults)


def _below_its_parent(entry: Entry[AreaRow], parent: int, depth: Mapping[str, int], faults: Faults) -> None:
    own = depth[entry.value.kind]
    if own <= parent:
        faults.append(entry.fault("parent", "the parent must be of a kind further up"))
    for kind in (COMMUNITY, GRID):
        level = depth.get(kind, own)
        if parent < level < own:
            faults.append(entry.fault("parent", f"no {kind} lies between this area and its parent"))


def successors(given: Mapping[str, str], areas: Collection[str], file: str, faults: Faults) -> None:
    """What goes on for an area that is no more is an area of today."""
    for gone, following in given.items():
        if gone in areas:
            faults.append(Fault(file, f"successors.{gone}", "this area is still there"))
        if following not in areas:
            faults.append(Fault(file, f"successors.{gone}", f"there is no area {following!r}"))


def tree(rows: Sequence[Entry[AreaRow]]) -> Area:
    """Grow the tree from a table that passed :func:`areas` (each parent is of a higher kind, so there is no
    circle).
    """
    below: dict[str | None, list[AreaRow]] = {}
    for entry in rows:
        below.setdefault(entry.value.parent, []).append(entry.value)

    def grow(row: AreaRow) -> Area:
        children = tuple(grow(child) for child in below.get(row.code, ()))
        return Area(code=row.code, name=row.name, kind=row.kind, children=children)

    return grow(below[None][0])


def skills(entries: Sequence[Entry[Skill]], professions: Sequence[Entry[Profession]], faults: Faults) -> None:
    """Skills name professions that exist."""
    faults.unique(professions, "code", lambda profession: profession.code)
    faults.unique(entries, "code", lambda skill: skill.code)
    known = {entry.value.code for entry in professions}
    for entry in entries:
        for index, code in enumerate(entry.value.professions):
            if code not in known:
                faults.append(entry.fault(f"professions[{index}]", f"there is no profession {code!r}"))


def posts(entries: Sequence[Entry[Post]], skills: Collection[str], areas: Collection[str], faults: Faults) -> None:
    """Posts name a skill and an area that exist."""
    faults.unique(entries, "post_id", lambda post: post.post_id)
    for entry in entries:
        if entry.value.skill not in skills:
            faults.append(entry.fault("skill", f"there is no skill {entry.value.skill!r}"))
        if entry.value.area not in areas:
            faults.append(entry.fault("area", f"there is no area {entry.value.area!r}"))


def units(entries: Sequence[Entry[Unit]], areas: Collection[str], faults: Faults) -> None:
    """Units sit in, and are paired with, areas that exist."""
    faults.unique(entries, "unit_id", lambda unit: unit.unit_id)
    for entry in entries:
        for name, area in (("located_in", entry.value.located_in), ("paired_with", entry.value.paired_with)):
            if area is not None and area not in areas:
                faults.append(entry.fault(name, f"there is no area {area!r}"))


def departments(
    entries: Sequence[Entry[Department]],
    services: Sequence[Entry[Service]],
    skills: Collection[str],
    areas: Collection[str],
    faults: Faults,
) -> None:
    """Departments answer for areas that exist; services name departments of their kind, and legs what exists."""
    faults.unique(entries, "code", lambda department: department.code)
    known = {entry.value.code: entry.value for entry in entries}
    for entry in entries:
        for index, area in enumerate(entry.value.areas):
            if area not in areas:
                faults.append(entry.fault(f"areas[{index}]", f"there is no area {area!r}"))
    for each in services:
        service = each.value
        if service.holder is not None and service.holder not in known:
            faults.append(each.fault("holder", f"there is no department {service.holder!r}"))
        elif service.holder is not None and known[service.holder].kind.value != service.served_by.value:
            faults.append(each.fault("holder", f"{service.holder!r} is a {known[service.holder].kind.value}"))
        for index, leg in enumerate(service.legs):
            if leg.department is not None and leg.department not in known:
                faults.append(each.fault(f"legs[{index}].department", f"there is no department {leg.department!r}"))
            if leg.post is not None and leg.post not in skills:
                faults.append(each.fault(f"legs[{index}].post", f"there is no skill {leg.post!r}"))


def counters(
    entries: Sequence[Entry[CounterRow]],
    departments: Sequence[Entry[Department]],
    areas: Collection[str],
    faults: Faults,
) -> None:
    """Counters stand in areas that exist, one in each, open at some hour, with codes that no department has."""
    faults.unique(entries, "code", lambda counter: counter.code)
    faults.unique(entries, "area", lambda counter: counter.area)
    taken = {entry.value.code for entry in departments}
    for entry in entries:
        if entry.value.code in taken:
            faults.append(entry.fault("code", f"{entry.value.code!r} is a department's already"))
        if entry.value.area not in areas:
            faults.append(entry.fault("area", f"there is no area {entry.value.area!r}"))
        if not len(entry.value.hours):
            faults.append(entry.fault("hours", "a counter must open at some hour"))


def catalogue(
    windows: Sequence[Entry[ServiceWindow]],
    services: Sequence[Entry[Service]],
    skills: Mapping[str, Skill],
    held_skills: Collection[str],
    faults: Faults,
) -> None:
    """Services stand at a window that exists; a service served by a post has one, unless any member may serve
    it.
    """
    faults.unique(windows, "code", lambda window: window.code)
    faults.unique(services, "code", lambda service: service.code)
    known = {entry.value.code for entry in windows}
    for entry in services:
        service = entry.value
        if service.window not in known:
            faults.append(entry.fault("window", f"there is no window {service.window!r}"))
        if service.post is None:
            continue
        if service.post not in skills:
            faults.append(entry.fault("post", f"there is no skill {service.post!r}"))
        elif service.post not in held_skills and not skills[service.post].open:
            faults.append(entry.fault("post", f"no post has the skill {service.post!r}, so nobody could serve this"))


def ladder(
    tiers: Sequence[Entry[Tier]],
    coordinators: Sequence[Entry[CoordinatorRow]],
    kinds: Sequence[Entry[AreaKind]],
    rows: Sequence[Entry[AreaRow]],
    faults: Faults,
) -> None:
    """Tiers run from bottom to top and end at the root; each area of a tier has exactly one coordinator."""
    faults.unique(tiers, "kind", lambda tier: tier.kind)
    faults.unique(coordinators, "coordinator_id", lambda coordinator: coordinator.coordinator_id)
    faults.unique(coordinators, "area", lambda coordinator: coordinator.area)
    depth = {entry.value.code: level for level, entry in enumerate(kinds)}
    for entry in tiers:
        if entry.value.kind not in depth:
            faults.append(entry.fault("kind", f"there is no kind {entry.value.kind!r}"))
    levels = [depth.get(entry.value.kind, -1) for entry in tiers]
    if levels != sorted(levels, reverse=True):
        faults.append(Fault(tiers[0].file, "tiers", "tiers must run from bottom to top"))
    tier_kinds = {entry.value.kind for entry in tiers}
    kind_of = {entry.value.code: entry.value.kind for entry in rows}
    for coordinator in coordinators:
        area = coordinator.value.area
        if area not in kind_of:
            coordinator_fault = f"there is no area {area!r}"
        elif kind_of[area] not in tier_kinds:
            coordinator_fault = f"{area!r} is a {kind_of[area]}, which is no tier"
        else:
            continue
        faults.append(coordinator.fault("area", coordinator_fault))
    answered = {entry.value.area for entry in coordinators}
    for row in rows:
        if row.value.parent is None and row.value.kind not in tier_kinds:
            faults.append(row.fault("kind", f"the root is a {row.value.kind}, which must be a tier"))
        if row.value.kind in tier_kinds and row.value.code not in answered:
            faults.append(row.fault("code", f"the {row.value.kind} {row.value.code!r} has no coordinator"))
