"""Makes the tables of the reference county from its outline and a fixed seed: ``python -m
deploy.definitions.generate``.

The same seed makes the same bytes; a test compares them with the committed files.
"""

from __future__ import annotations

import csv
import io
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from deploy.definitions import REFERENCE_COUNTY
from deploy.definitions.making.outline import OUTLINE
from deploy.definitions.making.people import HOLDERS, VOLUNTEERS, Crowd, VolunteerMade, give, name_secretaries, phone_of
from deploy.definitions.making.places import AreaMade, areas_of, coordinated
from deploy.definitions.making.posts import PostMade, posts_of
from deploy.definitions.making.units import UnitMade, units_of
from shared.community import incumbents
from shared.community.posts import Skill
from shared.community.roster_columns import COLUMNS

SEED = 2630
OFFICES_FROM = 8001
COUNTER_HOURS = "mon-fri 9-12; mon-fri 14-17"


def tables(seed: int = SEED) -> dict[str, str]:
    """The files by name, each as CSV text."""
    random = Random(seed)  # noqa: S311 - chance that can be repeated is the point
    areas = areas_of(OUTLINE, random)
    units = units_of(OUTLINE, areas, random)
    posts = list(posts_of(OUTLINE))
    crowd = Crowd(units, areas, OUTLINE.people, random)
    volunteers = _volunteers(crowd, posts, _skills(), random)
    name_secretaries(volunteers)
    return {
        "areas.csv": _areas(areas),
        "coordinators.csv": _coordinators(areas),
        "counters.csv": _counters(),
        "posts.csv": _posts(posts),
        "units.csv": _units(units),
        "roster.csv": _roster(volunteers),
        "incumbents.csv": _incumbents(areas, crowd),
    }


def _skills() -> Mapping[str, Skill]:
    written = tomllib.loads(REFERENCE_COUNTY.read_text(encoding="utf-8"))["skills"]
    return {skill.code: skill for skill in map(Skill.model_validate, written)}


def _volunteers(
    crowd: Crowd, posts: Sequence[PostMade], skills: Mapping[str, Skill], random: Random
) -> list[VolunteerMade]:
    """Holders first, then the rest, then shuffled, so that an id tells nothing."""
    held = [(post, holder) for post in posts for holder in crowd.holders_of(post, skills[post.skill])]
    holders = [holder for _, holder in held[:HOLDERS]]
    for post, instead_of in held[HOLDERS:]:
        give(_neighbour(holders, instead_of, post.skill), post, skills[post.skill])
    volunteers = [*holders, *crowd.rest(VOLUNTEERS - HOLDERS)]
    random.shuffle(volunteers)
    return volunteers


def _neighbour(holders: Sequence[VolunteerMade], instead_of: VolunteerMade, skill: str) -> VolunteerMade:
    """Some people hold two posts of one skill: somebody with the hours of whom they stand in for."""
    return next(
        holder
        for holder in holders
        if [f"{skill}-" in post for post in holder.posts] == [True]
        and (holder.kind, holder.hours) == (instead_of.kind, instead_of.hours)
    )


def _areas(areas: Iterable[AreaMade]) -> str:
    rows = ([area.code, area.kind, area.parent, area.name.zh, area.name.en] for area in areas)
    return _csv(["code", "kind", "parent", "name_zh", "name_en"], rows)


def _coordinators(areas: list[AreaMade]) -> str:
    return _csv(["coordinator_id", "area"], ([f"c-{code}", code] for code in coordinated(areas)))


def _incumbents(areas: list[AreaMade], crowd: Crowd) -> str:
    """Somebody for every office, with a number beyond those of the roster."""
    offices = (f"c-{code}" for code in coordinated(areas))
    rows = ([office, crowd.name(), phone_of(number)] for number, office in enumerate(offices, start=OFFICES_FROM))
    return _csv(incumbents.COLUMNS, rows)


def _counters() -> str:
    """One in every community, open as its offices are."""
    rows = (
        [
            f"counter-{each.code}",
            each.code,
            f"{each.name.zh}便民服务台",
            f"{each.name.en} service counter",
            COUNTER_HOURS,
        ]
        for each in OUTLINE.communities
    )
    return _csv(["code", "area", "name_zh", "name_en", "hours"], rows)


def _posts(posts: Iterable[PostMade]) -> str:
    rows = ([post.post_id, post.skill, post.area, post.headcount] for post in posts)
    return _csv(["post_id", "skill", "area", "headcount"], rows)


def _units(units: Iterable[UnitMade]) -> str:
    rows = (
        [unit.unit_id, unit.name.zh, unit.name.en, unit.located_in, unit.paired_with, "yes" * unit.hidden]
        for unit in units
    )
    return _csv(["unit_id", "name_zh", "name_en", "located_in", "paired_with", "hidden"], rows)


def _roster(volunteers: Sequence[VolunteerMade]) -> str:
    return _csv(COLUMNS, (_roster_row(number, each) for number, each in enumerate(volunteers, start=1)))


def _roster_row(number: int, volunteer: VolunteerMade) -> list[object]:
    cells: dict[str, object] = {
        "volunteer_id": f"v-{number:04}",
        "name": volunteer.name,
        "phone": phone_of(number),
        "kind": volunteer.kind.value,
        "unit": volunteer.unit,
        "profession": volunteer.profession,
        "home": volunteer.home,
        "posts": " ".join(volunteer.posts),
        "vetted_posts": " ".join(volunteer.vetted_posts),
        "hours": volunteer.hours,
        "capacity": volunteer.capacity,
        "on_duty": "no",
        "daily_offers": "",
        "urgent_at_work": "",
        "secretary": "yes" * volunteer.is_secretary,
    }
    return [cells[column] for column in COLUMNS]


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write(folder: Path) -> None:
    """Write the files into a folder."""
    for name, text in tables().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{folder.name}/{name}: {text.count(chr(10)) - 1} rows\n")


if __name__ == "__main__":
    write(REFERENCE_COUNTY.parent)
