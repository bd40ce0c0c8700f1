"""Notifier's settings, from the environment (``PAIDAN_NOTIFIER_…``, else ``PAIDAN_…``)."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr, model_validator

from shared.identity.providers import check_issuer, read_operators
from shared.web.settings import ServiceSettings


class NotifierSettings(ServiceSettings):
    """What notifier can be told.

    ``channels``: over which a notice leaves, besides the letterbox, separated by commas: the next one takes over where
    one was given up. ``notice_file``: the demonstration's messages, JSON lines. ``delivery_seconds``: the longest
    pause between two looks at what is to be delivered (wall time). ``delivery_attempts``: after so many a channel is
    given up for a notice.
    ``retry_seconds``: the pause after the first failed attempt; it doubles up to ``longest_retry_seconds``.
    ``group_commands``: the most commands in one transaction. ``waiting_commands``: the most that may wait before
    callers are told to come back. ``replay_letters``: the most dead letters one request has heard again.
    ``board_least``: smaller figures are not shown on the public board, nor what would give them away.
    ``board_seconds``: how old its figures may be (wall time).
    ``alert_hours``: nobody is sent more than one notice of alerts in so many hours (wall time).
    ``password_tries``: so many passwords may be tried for one operator before each further one has to wait.
    ``oidc_issuer``: the OpenID provider where operators may sign in as well, off while empty; ``oidc_client_id`` and
    ``oidc_client_secret``: what we are there; ``oidc_claim``: which claim names an account; ``oidc_operators``: whom it
    lets in, as ``id=account, id=account``; ``oidc_seconds``: how long it may take to answer.
    """

    service: ClassVar[str] = "notifier"

    port: int = Field(default=8103, ge=1, le=65535)
    database_url: str = "sqlite+aiosqlite:///.paidan/notifier.db"
    channels: str = "file"
    notice_file: Path = Path(".paidan/notices.jsonl")
    delivery_seconds: PositiveFloat = 5.0
    delivery_attempts: PositiveInt = 40
    retry_seconds: PositiveFloat = 1.0
    longest_retry_seconds: PositiveFloat = 3600.0
    group_commands: PositiveInt = 256
    waiting_commands: PositiveInt = 20_000
    replay_letters: PositiveInt = 100
    board_least: PositiveInt = 5
    board_seconds: NonNegativeFloat = 60.0
    alert_hours: PositiveFloat = 1.0
    password_tries: PositiveInt = 5
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_claim: str = "sub"
    oidc_operators: str = ""
    oidc_seconds: PositiveFloat = 5.0

    @model_validator(mode="after")
    def _has_all_of_a_provider(self) -> Self:
        operators = read_operators(self.oidc_operators)
        if self.oidc_issuer:
            check_issuer(self.oidc_issuer)
            if not (self.oidc_client_id and self.oidc_claim and operators):
                raise ValueError("a provider needs its client id, its claim, and operators")
        return self
