"""Which tests run in a row, in one process, when they are spread over several: those that share a stack."""

from __future__ import annotations

from xdist.scheduler.loadscope import LoadScopeScheduling

OWN_STACKS = ("tests/flows/test_dead_grid.py",)
"""Flow tests that start stacks of their own."""


def row_of(nodeid: str) -> str:
    """The row a test belongs to: all pages, the flows on one kind of database, else its file."""
    file, _, name = nodeid.partition("::")
    if file.startswith("tests/browser/"):
        return "browser"
    if file.startswith("tests/flows/") and file not in OWN_STACKS:
        return "flows on " + name.partition("[")[2].rstrip("]")
    return file if file not in OWN_STACKS else nodeid


class Rows(LoadScopeScheduling):  # type: ignore[misc]  # xdist carries no types
    """Gives each row to one process, in the order of collection: the long ones come first there."""

    def _split_scope(self, nodeid: str) -> str:
        return row_of(nodeid)
