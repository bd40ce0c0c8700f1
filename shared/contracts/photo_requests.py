"""Photos of what was done, asked for by the service where residents follow their orders."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ConfigDict, Field

from shared.contracts.asking import Answer, Request


class PhotosTold(Answer):
    """The ids of the photos that reports about an order name, the oldest first. An id says nothing of the photo."""

    photo_ids: tuple[str, ...] = ()


class PhotosAsked(Request[PhotosTold]):
    """Which photos an order has. Nobody is refused: an order matcher has not heard of has none."""

    service: ClassVar[str] = "matcher"
    name: ClassVar[str] = "photos"
    asked_by: ClassVar[frozenset[str]] = frozenset({"intake"})
    answer: ClassVar[type[Answer]] = PhotosTold

    order_id: str


class PhotoTold(Answer):
    """A picture: ``jpeg`` is a whole file, in base64 on the way; with it far below what a message may hold (1 MB)."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    jpeg: bytes = Field(repr=False)


class PhotoAsked(Request[PhotoTold]):
    """One photo that a report about this order names. Refused with ``NotFound`` for any other, also one of another
    order. Intake asks for orders alone whose page the caller has opened.
    """

    service: ClassVar[str] = "matcher"
    name: ClassVar[str] = "photo"
    asked_by: ClassVar[frozenset[str]] = frozenset({"intake"})
    answer: ClassVar[type[Answer]] = PhotoTold

    order_id: str
    photo_id: str
