"""Whom a fact concerns: those who were asked, who serve, and who have to hear of it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.notifier.policies.residents import Hearing
from shared.contracts.words import Window


class Asked(BaseModel):
    """A volunteer who was asked, or asked for it; ``version`` is the dispatch's at that moment, the last time."""

    model_config = ConfigDict(frozen=True)

    offer_id: str
    volunteer_id: str
    version: int


class Amended(BaseModel):
    """The time of an order was changed while somebody served it; ``version`` is intake's."""

    model_config = ConfigDict(frozen=True)

    version: int
    at: AwareDatetime


class Serving(BaseModel):
    """A volunteer with an active assignment, and the time it is for."""

    model_config = ConfigDict(frozen=True)

    assignment_id: str
    leg_id: str
    volunteer_id: str
    window: Window | None = None
    amended: Amended | None = None
    started: bool = False


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
