"""What one service asks another, and what it is told: request and answer, by value, over the broker.

A request is for what must not travel with every fact, because it is personal, or large, or only now and then wanted.
Nobody waits for an answer to accept an order: who asks can go on without.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.asking import Answer, Request
from shared.contracts.audit_requests import IntakeSearchesAudit, MatcherSearchesAudit
from shared.contracts.flows import KEEPS_DEAD_LETTERS
from shared.contracts.personal import ContactAsked, WordsToForget
from shared.contracts.photo_requests import PhotoAsked, PhotosAsked
from shared.contracts.reaching import ResidentsToReach, ServersToReach

LEAST_COUNT = 3
"""Fewer people than this are not counted aloud: a small number would point at somebody."""


def told_aloud(count: int) -> int | None:
    """A number of people as others may know it: None below ``LEAST_COUNT``, none at all included."""
    return count if count >= LEAST_COUNT else None


class PartiesTold(Answer):
    """Whom a matter concerns: ``areas`` whose people are parties, and keyed ``marks`` of names and phones.

    The marks (``shared.identity.marks``) are of the parties and of the resident who ordered: nobody serves their own
    matter. Two marks of one person, name and phone, are not told apart.
    """

    areas: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


class PartiesAsked(Request[PartiesTold]):
    """Who must not be asked to serve an order. Refused with ``NotFound`` when intake has no such order."""

    service: ClassVar[str] = "intake"
    name: ClassVar[str] = "parties"
    asked_by: ClassVar[frozenset[str]] = frozenset({"matcher"})
    answer: ClassVar[type[Answer]] = PartiesTold

    order_id: str


class Blocked(BaseModel):
    """How many people cannot be asked for one reason (a code); ``count`` is None below ``LEAST_COUNT``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reason: str
    count: int | None = Field(default=None, ge=LEAST_COUNT)

    @classmethod
    def of(cls, reason: str, count: int) -> Self:
        """One reason, its count left out where it is small."""
        return cls(reason=reason, count=count if count >= LEAST_COUNT else None)


class ExplanationTold(Answer):
    """How the pairing of an order stands at this moment, never what anybody answered before.

    ``state`` is the dispatch's. ``eligible`` people could be asked now, ``asked`` have been and may still answer,
    ``waves`` went out so far. ``next_look_at``: when matcher looks for people again, None when it does not have to.
    """

    order_id: str
    state: str
    eligible: int = Field(ge=0)
    asked: int = Field(ge=0)
    blocked: tuple[Blocked, ...] = ()
    waves: int = Field(default=0, ge=0)
    next_look_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None


class ExplanationAsked(Request[ExplanationTold]):
    """Why an order has nobody yet. Refused with ``NotFound`` when matcher has not heard of it."""

    service: ClassVar[str] = "matcher"
    name: ClassVar[str] = "explanation"
    asked_by: ClassVar[frozenset[str]] = frozenset({"intake"})
    answer: ClassVar[type[Answer]] = ExplanationTold

    order_id: str


class StandInsTold(Answer):
    """The areas a coordinator acts for at this moment, besides their own."""

    areas: tuple[str, ...] = ()


class StandInsAsked(Request[StandInsTold]):
    """For whom a coordinator stands in. Nobody is refused: who stands in for nobody has no areas."""

    service: ClassVar[str] = "matcher"
    name: ClassVar[str] = "stand_ins"
    asked_by: ClassVar[frozenset[str]] = frozenset({"intake"})
    answer: ClassVar[type[Answer]] = StandInsTold

    coordinator_id: str


class CodeSent(Answer):
    """The code is on its way."""


class CodeToSend(Request[CodeSent]):
    """Have a one-time code brought to a phone: in no event, kept by nobody. ``phone`` in E.164; ``language`` as in
    ``zh-CN``; ``valid_minutes``: how long it is good; ``sign_in``: it lets somebody in, else it finds orders. Refused
    with ``Unavailable`` while it cannot be sent.
    """

    service: ClassVar[str] = "notifier"
    name: ClassVar[str] = "code"
    asked_by: ClassVar[frozenset[str]] = frozenset({"intake", "matcher"})
    answer: ClassVar[type[Answer]] = CodeSent

    phone: str = Field(pattern=r"^\+[0-9]{8,15}$", repr=False)
    code: str = Field(pattern=r"^[0-9]{6}$", repr=False)
    language: str
    valid_minutes: int = Field(ge=1)
    sign_in: bool = False


class HeardAs(StrEnum):
    """What became of a dead letter that was heard again. ``known``: it had taken effect before."""

    HEARD = "heard"
    KNOWN = "known"
    REFUSED = "refused"
    TOO_EARLY = "too_early"
    FAILED = "failed"


class HeardAgain(Answer):
    """``reason`` says why it was not heard (``shared.contracts.unheard``), empty when it was."""

    result: HeardAs
    reason: str = ""


class HearAgain(Request[HeardAgain]):
    """Hear a dead letter of yours again, as if it were delivered by ``durable``: its subject, its headers, its bytes.

    Asked by whoever keeps the dead letters, and by nobody else: the broker's permissions see to that. Refused with
    ``Unavailable`` while the service cannot say what became of it.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: ClassVar[str] = "hear_again"
    asked_by: ClassVar[frozenset[str]] = frozenset({KEEPS_DEAD_LETTERS})
    answer: ClassVar[type[Answer]] = HeardAgain

    durable: str
    published_under: str
    headers: dict[str, str]
    body: bytes = Field(repr=False)


class IntakeHearsAgain(HearAgain):
    """Intake hears a dead letter of its own again."""

    service: ClassVar[str] = "intake"


class MatcherHearsAgain(HearAgain):
    """Matcher hears a dead letter of its own again."""

    service: ClassVar[str] = "matcher"


HEAR_AGAIN: Mapping[str, type[HearAgain]] = {
    request.service: request for request in (IntakeHearsAgain, MatcherHearsAgain)
}
"""By the service that is asked. Whoever keeps the dead letters asks itself without the network."""


REQUESTS: tuple[type[Request[Answer]], ...] = (
    PartiesAsked,
    ContactAsked,
    WordsToForget,
    ExplanationAsked,
    StandInsAsked,
    PhotosAsked,
    PhotoAsked,
    CodeToSend,
    ResidentsToReach,
    ServersToReach,
    IntakeHearsAgain,
    MatcherHearsAgain,
    IntakeSearchesAudit,
    MatcherSearchesAudit,
)

BY_SUBJECT: Mapping[str, type[Request[Answer]]] = {request.subject(): request for request in REQUESTS}
