"""docs/lifecycle.md, printed from the transition tables of intake and matcher."""

from __future__ import annotations

from pathlib import Path

from services.intake.policies import lifecycle as order
from services.matcher.policies import lifecycle as dispatch
from shared.contracts.words import OrderState

_HEAD = """# The life of an order

Printed from the code by `make contracts`; change the policies, not this page. Two aggregates, one writer each:
intake owns the order, matcher owns the dispatch, and each refuses what its table does not allow.

"""


def lifecycle_page() -> str:
    """The whole page."""
    return _HEAD + _orders() + "\n" + _facts() + "\n" + _steps()


def page_path(root: Path) -> Path:
    """Where the page is committed."""
    return root / "docs" / "lifecycle.md"


def _orders() -> str:
    lines = [
        "## Intake: the order (`services/intake/policies/lifecycle.py`)",
        "",
        "| state | may be next |",
        "| --- | --- |",
    ]
    lines += [f"| {state} | {_listed(order.TRANSITIONS[state])} |" for state in OrderState]
    return "\n".join(lines) + "\n"


def _facts() -> str:
    lines = ["Matcher's facts, and the state they put the order in:", "", "| fact | state |", "| --- | --- |"]
    lines += [f"| {fact} | {state or 'stays'} |" for fact, state in order.STATE_AFTER.items()]
    lines += [
        "",
        "In a team that is not complete, `leg_assigned` and `leg_started` leave the state; `leg_completed` makes it",
        "`offered` where another leg follows.",
    ]
    return "\n".join(lines) + "\n"


def _steps() -> str:
    lines = ["## Matcher: the dispatch (`services/matcher/policies/lifecycle.py`)", ""]
    lines += ["| step | from | to |", "| --- | --- | --- |"]
    for step in dispatch.Step:
        moves = dispatch.TRANSITIONS[step]
        lines += [
            f"| {step} | {_listed({state for state, to in moves.items() if to is target})} | {target} |"
            for target in OrderState
            if target in moves.values()
        ]
    return "\n".join(lines) + "\n"


def _listed(states: frozenset[OrderState] | set[OrderState]) -> str:
    return ", ".join(state for state in OrderState if state in states) or "nothing: it has ended"
