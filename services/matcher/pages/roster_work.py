"""Sent rosters are read and imported one after the other, beside the pages, which tell how far it has come.

What is known here is how far this process has come; what was decided is in the database. Another process, or this one
started afresh, reads a file again when somebody looks at it: nothing is written before the import, which is one
transaction.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from fastapi.concurrency import run_in_threadpool

from services.matcher.access import Doors
from services.matcher.queries.roster_views import RosterView
from services.matcher.use_cases.enrolling import Foreseen, ImportRoster
from shared.community.roster import RosterFile, read_roster_file
from shared.community.roster_faults import RosterFault, RosterInvalid
from shared.web.live import Changes

log = structlog.get_logger()

KNOWN = 100
"""So many files are remembered; of an older one is read again."""


class Step(StrEnum):
    """How far a sent roster is."""

    READING = "reading"
    CHECKED = "checked"
    FAULTY = "faulty"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"


@dataclass
class Course:
    """One file's way. ``read`` of ``rows`` so far; ``foreseen`` once it is checked, ``faults`` where it cannot be
    imported; ``became`` in the end.
    """

    draft_id: str
    by: str
    step: Step = Step.READING
    read: int = 0
    rows: int = 0
    foreseen: Foreseen | None = None
    faults: Sequence[RosterFault] = field(default=())
    became: RosterView | None = None

    @property
    def runs(self) -> bool:
        """Whether something is being done at the moment."""
        return self.step in {Step.READING, Step.IMPORTING}


def topic_of(draft_id: str) -> str:
    """What whoever looks at a file watches."""
    return f"roster:{draft_id}"


class RosterWork:
    """Reads, checks and imports; ``run`` is the loop that does it."""

    def __init__(self, doors: Doors, changes: Changes) -> None:
        self._doors = doors
        self._changes = changes
        self._courses: OrderedDict[str, Course] = OrderedDict()
        self._waiting: asyncio.Queue[Course] = asyncio.Queue()

    async def course(self, draft_id: str, by: str) -> Course:
        """How far a coordinator's own file is; it is read now, if this process has not. Raises ``NotFound``."""
        draft = await self._doors.queries.drafts.of(draft_id, by)
        course = self._courses.get(draft_id)
        if draft.became is not None:
            course = course or self._remember(Course(draft_id, by))
            course.step, course.became = Step.IMPORTED, draft.became
        elif course is None:
            course = self._remember(Course(draft_id, by))
            self._waiting.put_nowait(course)
        return course

    async def confirm(self, draft_id: str, by: str) -> None:
        """Import a file that was checked; pressed twice it is imported once. Raises ``NotFound``."""
        course = await self.course(draft_id, by)
        if course.step in {Step.CHECKED, Step.FAILED}:
            course.step, course.read = Step.IMPORTING if course.foreseen else Step.READING, 0
            self._waiting.put_nowait(course)
            self._told(course)

    async def run(self) -> None:
        """Work for ever, on one file at a time: reading takes a processor."""
        while True:
            course = await self._waiting.get()
            importing = course.step is Step.IMPORTING
            try:
                await (self._import(course) if importing else self._check(course))
            except RosterInvalid as refused:
                course.step, course.faults = Step.FAULTY, refused.faults
            except Exception as error:  # noqa: BLE001 - gone or imported meanwhile, no database: no file ends the service
                course.step = Step.FAILED
                log.warning("roster.failed", error=type(error).__name__)
            self._told(course)

    async def _check(self, course: Course) -> None:
        command = await self._read(course)
        course.foreseen = await self._doors.do(self._doors.use_cases.enrolling.foresee, command)
        course.step = Step.CHECKED

    async def _import(self, course: Course) -> None:
        imported = await self._doors.do(self._doors.use_cases.enrolling.import_rosters, await self._read(course))
        course.became = RosterView(
            volunteers=imported.created + imported.updated,
            created=imported.created,
            updated=imported.updated,
            units=imported.units,
        )
        course.step = Step.IMPORTED

    async def _read(self, course: Course) -> ImportRoster:
        draft = await self._doors.queries.drafts.of(course.draft_id, course.by)
        content = await self._doors.queries.drafts.content(course.draft_id, course.by)
        units = await self._doors.queries.roster.units()
        loop = asyncio.get_running_loop()

        def heard(read: int, rows: int) -> None:
            course.read, course.rows = read, rows
            loop.call_soon_threadsafe(self._told, course)

        def reading() -> RosterFile:
            name, most = f"roster{draft.suffix}", self._doors.roster_rows
            return read_roster_file(content, name, self._doors.rules, max_rows=most, units=units, heard=heard)

        file = await run_in_threadpool(reading)
        course.read = course.rows = len(file.volunteers)
        return ImportRoster(file.volunteers, course.by, file.units, file.numbers, course.draft_id)

    def _remember(self, course: Course) -> Course:
        self._courses[course.draft_id] = course
        if len(self._courses) > KNOWN:
            self._courses.popitem(last=False)
        return course

    def _told(self, course: Course) -> None:
        self._changes.announce(topic_of(course.draft_id))
