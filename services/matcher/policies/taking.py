"""When a coordinator serves a leg in person, and what that rules out."""

from __future__ import annotations

from shared.contracts.refusal import Conflict


class AlreadyTaken(Conflict):
    """The same coordinator serves it already."""

    title = "You serve this in person already"


class TakenInPerson(Conflict):
    """Nobody is called up for what a coordinator serves in person: they give it to somebody, or pass it up."""

    title = "A coordinator serves this in person"


def check_takeable(taken_by: str | None, coordinator_id: str) -> None:
    """Raises ``AlreadyTaken``. What another coordinator has taken can be taken over."""
    if taken_by == coordinator_id:
        raise AlreadyTaken
