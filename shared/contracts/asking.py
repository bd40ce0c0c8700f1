"""The form of a question from one service to another, and of its answer (``shared.contracts.requests``)."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What is told. Readers ignore fields they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


A_co = TypeVar("A_co", bound=Answer, covariant=True)


class Request(BaseModel, Generic[A_co]):
    """A question of ``answer``'s kind to ``service``. Asked under ``rpc.<service>.<name>``.

    ``asked_by``: the services that ask it. The broker lets nobody else, and a test compares this with the code.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: ClassVar[str]
    name: ClassVar[str]
    asked_by: ClassVar[frozenset[str]]
    answer: ClassVar[type[Answer]]

    @classmethod
    def subject(cls) -> str:
        """The NATS subject it is asked under."""
        return f"rpc.{cls.service}.{cls.name}"
