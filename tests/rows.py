"""Which tests run in a row, in one process, when they are spread over several: those that share a stack."""

from __future__ import annotations

from typing import Any

from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.workermanage import WorkerController

OWN_STACKS = ("tests/flows/test_dead_grid.py",)
"""Flow tests that start stacks of their own."""

LONG = ("browser", "flows on ", "tests/faults/", "tests/flows/", "tests/integration/deploy/", "tests/integration/")
"""How rows begin that take long, the longest first: whoever begins the longest last ends alone."""


def row_of(nodeid: str) -> str:
    """The row a test belongs to: all pages, the flows on one kind of database, else its file."""
    file, _, name = nodeid.partition("::")
    if file.startswith("tests/browser/"):
        return "browser"
    if file.startswith("tests/flows/") and file not in OWN_STACKS:
        return "flows on " + name.partition("[")[2].rstrip("]")
    return file if file not in OWN_STACKS else nodeid


def turn_of(nodeid: str) -> int:
    """How late a test's row begins."""
    row = row_of(nodeid)
    return next((turn for turn, kind in enumerate(LONG) if row.startswith(kind)), len(LONG))


class Rows(LoadScopeScheduling):  # type: ignore[misc]  # xdist carries no types
    """Gives each row to one process, in the order of collection: the long ones come first there.

    A process that dies ends the run, and the test it died of has failed: no other is given what would end it as well,
    and nobody waits for what was given to a process that is ending already.
    """

    def _split_scope(self, nodeid: str) -> str:
        return row_of(nodeid)

    def remove_node(self, node: WorkerController) -> Any:
        """The test that a dead process was at; None after one that had done all it was given."""
        given = self.assigned_work.pop(node)
        unfinished = [nodeid for row in given.values() for nodeid, done in row.items() if not done]
        if unfinished:
            self.workqueue.clear()
        return next(iter(unfinished), None)
