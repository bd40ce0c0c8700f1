"""Who may say how an order ended: never whoever served it, and ``not_fixed`` only with the resident's yes."""

from __future__ import annotations

from collections.abc import Collection

from services.intake.policies.lifecycle import check_open
from shared.contracts.refusal import Conflict
from shared.contracts.words import Holder, OrderState, Role


class RecordedByServer(Conflict):
    """A verdict is taken down by somebody who did not serve the order."""

    title = "Who served the order cannot take down what the resident says of it"


class RecordedByProposer(Conflict):
    """Whoever asks the resident to let an order end does not answer for them."""

    title = "Who proposed the closing cannot take down the resident's answer"


class NotWithCoordinator(Conflict):
    """Only the coordinator who holds an order may see no way to fix it."""

    title = "This order is not with a coordinator"


class ClosingOpen(Conflict):
    """The resident was asked already and has not answered yet."""

    title = "The resident has been asked already and has not answered yet"


class NoClosing(Conflict):
    """Nobody asks the resident to let the order end, or somebody goes on with it meanwhile."""

    title = "There is no closing to answer"


class NotHeldToLook(Conflict):
    """Only what is held to be looked at first can be turned away as spam."""

    title = "This order is not held to be looked at"


def check_held_to_look(state: OrderState, holder: Holder | None, *, look_first: bool) -> None:
    """Raises ``OrderNotOpen``, ``AlreadyDone`` or ``NotHeldToLook``."""
    check_open(state)
    if not look_first or holder is None or holder.role is not Role.COORDINATOR:
        raise NotHeldToLook


def check_recorder(recorder: str | None, servers: Collection[str]) -> None:
    """Raises ``RecordedByServer``. A resident's own word (None) needs nobody to take it down."""
    if recorder is not None and recorder in servers:
        raise RecordedByServer


def check_proposable(state: OrderState, holder: Holder | None, waiting: str | None) -> None:
    """Raises ``OrderNotOpen``, ``AlreadyDone``, ``NotWithCoordinator`` or ``ClosingOpen``."""
    check_open(state)
    if holder is None or holder.role is not Role.COORDINATOR:
        raise NotWithCoordinator
    if waiting is not None:
        raise ClosingOpen


def check_answerable(state: OrderState, waiting: str | None, recorder: str | None, proposer: str | None) -> None:
    """Raises ``OrderNotOpen``, ``AlreadyDone``, ``NoClosing`` or ``RecordedByProposer``."""
    check_open(state)
    if waiting is None:
        raise NoClosing
    if recorder is not None and recorder == proposer:
        raise RecordedByProposer


def stays_open(holder: Holder) -> bool:
    """Whether a closing still waits for an answer: as long as a coordinator, of whichever tier, holds the order."""
    return holder.role is Role.COORDINATOR
