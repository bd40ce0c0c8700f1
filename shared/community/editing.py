"""What an edited definition does to orders that are open and to people who are there (docs/operations.md).

Rows keep what they were given: legs, posts and due times of the placing. What the new definition no longer has is
looked up no more, moved to whoever goes on, or, where nobody would, stands in the way of starting with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.community.definition import Community


@dataclass(frozen=True)
class Named:
    """How many rows that matter name a code of the definition, each by its code.

    ``areas``: open orders by their grid, ``desks``: by the desk they are on or come to; ``homes``: volunteers who have
    not left; ``services``: open orders; ``skills``: their open legs; ``departments``: orders they hold; ``posts``:
    claims.
    """

    areas: Mapping[str, int] = field(default_factory=dict)
    desks: Mapping[str, int] = field(default_factory=dict)
    homes: Mapping[str, int] = field(default_factory=dict)
    services: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    departments: Mapping[str, int] = field(default_factory=dict)
    posts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Touched:
    """One edit that touches ``count`` rows, what becomes of them, and whether nothing may start with it."""

    what: str
    code: str
    count: int
    becomes: str
    in_the_way: bool = False

    def __str__(self) -> str:
        return f"{self.what} {self.code}: {self.becomes}"


class EditStandsInTheWay(Exception):
    """A definition would leave orders or people without anybody; the message is one line for each."""

    def __init__(self, touched: Iterable[Touched]) -> None:
        lines = "".join(f"\n  {one}" for one in touched)
        super().__init__(f"the definition cannot go on from what is there:{lines}")


def touched_by(rules: Community, named: Named) -> list[Touched]:
    """Every edit that touches something, what stands in the way first. ``rules``: the new definition."""
    found = [
        *_areas(rules, "area", named.areas, "open orders lie there"),
        *_areas(rules, "desk", named.desks, "open orders are on it"),
        *_areas(rules, "home", named.homes, "volunteers live there"),
        *_gone("service", named.services, rules.services_by_code, "{count} open orders go on as they were placed"),
        *_gone("skill", named.skills, rules.skills_by_code, "{count} open legs come to the coordinator, who decides"),
        *_gone(
            "department", named.departments, rules.departments_by_code, "{count} orders come back to the coordinator"
        ),
        *_gone("post", named.posts, rules.posts_by_id, "{count} people keep their claim and are asked by it no more"),
        *_crowded(rules, named.posts),
    ]
    return sorted(found, key=lambda one: not one.in_the_way)


def check_edit(rules: Community, named: Named) -> list[Touched]:
    """What an edit touches. Raises ``EditStandsInTheWay`` where somebody would be left without anybody."""
    touched = touched_by(rules, named)
    in_the_way = [one for one in touched if one.in_the_way]
    if in_the_way:
        raise EditStandsInTheWay(in_the_way)
    return touched


def joined(several: Sequence[Named]) -> Named:
    """What several services name: of each code the largest count, as two of them count the same orders."""

    def most(name: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for one in several:
            for code, count in getattr(one, name).items():
                counts[code] = max(count, counts.get(code, 0))
        return counts

    return Named(**{name: most(name) for name in Named.__dataclass_fields__})


def _areas(rules: Community, what: str, counts: Mapping[str, int], told: str) -> Iterator[Touched]:
    areas = rules.areas
    for code, count in sorted(counts.items()):
        if not areas.knows(code):
            why = f'is gone, and {count} {told}; name who goes on under [successors]: {code} = "…"'
            yield Touched(what, code, count, why, in_the_way=True)
        elif code not in areas:
            yield Touched(what, code, count, f"{count} {told}; {areas.going_on_for(code)} goes on")
        elif what == "desk" and (holder := areas.coordinator_area(code)) != code:
            yield Touched(what, code, count, f"has no coordinator, and {count} {told}; {holder} has them")


def _gone(what: str, counts: Mapping[str, int], known: Mapping[str, object], becomes: str) -> Iterator[Touched]:
    for code, count in sorted(counts.items()):
        if code not in known:
            yield Touched(what, code, count, f"is gone; {becomes.format(count=count)}")


def _crowded(rules: Community, claims: Mapping[str, int]) -> Iterator[Touched]:
    for code, count in sorted(claims.items()):
        post = rules.posts_by_id.get(code)
        if post is not None and count > post.headcount:
            becomes = f"{count} hold {post.headcount} places; nobody is put out, nobody new is let in"
            yield Touched("post", code, count, becomes)
