"""Whom a fact concerns: those who were asked, who serve, and who have to hear of it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from services.notifier.policies.residents import Hearing


class Asked(BaseModel):
    """A volunteer who was asked, or asked for it; ``version`` is the dispatch's at that moment, the last time."""

    model_config = ConfigDict(frozen=True)

    offer_id: str
    volunteer_id: str
    version: int


class Serving(BaseModel):
    """A volunteer with an active assignment."""

    model_config = ConfigDict(frozen=True)

    assignment_id: str
    leg_id: str
    volunteer_id: str


class Stopped(BaseModel):
    """Intake ended the order before it was served: withdrawn, merged, or closed as not fixed. ``kind`` is that fact's
    name, ``version`` its."""

    model_config = ConfigDict(frozen=True)

    kind: str
    version: int


@dataclass(frozen=True)
class Concerned:
    """Whom a fact concerns beside those it names itself.

    ``residents`` hear of it, each in their own words. ``reported``: volunteers who served when one of them reported a
    danger. ``no_longer_asked`` had an offer that nobody had answered with a no; ``not_chosen`` could not, or let it run
    out: it was ``taken`` by others, or has ended without anybody. ``no_longer_referred``: the department that held it
    and is not wanted any more.
    ``stopped`` and ``closed_version``: how intake ended it, where it has by now.
    """

    no_longer_asked: tuple[Asked, ...] = ()
    not_chosen: tuple[Asked, ...] = ()
    taken: bool = False
    no_longer_serving: tuple[Serving, ...] = ()
    served: tuple[str, ...] = ()
    no_longer_referred: str | None = None
    stopped: Stopped | None = None
    closed_version: int | None = None
    residents: tuple[Hearing, ...] = ()
    reported: tuple[str, ...] = ()


NOBODY = Concerned()
