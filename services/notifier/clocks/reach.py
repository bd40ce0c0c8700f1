"""All that brings notices to people, put together by an installation's settings."""

from __future__ import annotations

import asyncio
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from uuid_utils.compat import uuid7

from services.notifier.clocks.channels import PersonalChannel, Sent
from services.notifier.clocks.delivering import DeliveryClock
from services.notifier.clocks.forgetting import ForgettingClock
from services.notifier.clocks.installed import personal_channels, push_seed
from services.notifier.clocks.notice_file import NoticeFile
from services.notifier.clocks.outgoing import Endurance, Outgoing
from services.notifier.clocks.sending import Hands, Sending
from services.notifier.clocks.timing import Hours, TimeClock
from services.notifier.commands import FILE, PUSH, SMS, Recipient
from services.notifier.policies.channels import read_order
from services.notifier.policies.circuits import Tolerance
from services.notifier.policies.desks import read_desks
from services.notifier.policies.messages import Message
from services.notifier.policies.planned import Wait
from services.notifier.policies.retries import Retries
from services.notifier.policies.times import Times
from services.notifier.queries import OutgoingQueries, Reaching, Wording
from services.notifier.queries.reaching import Ask
from services.notifier.queries.rounds import RoundQueries
from services.notifier.repository import Repository
from services.notifier.settings import NotifierSettings
from services.notifier.use_cases.delivering import Delivering
from services.notifier.use_cases.preferring import Preferring
from services.notifier.use_cases.timing import Timing
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.contracts.refusal import Unavailable
from shared.identity.keys import read_key
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit
from shared.persistence.vault import Vault
from shared.web.i18n import Readers

LOOK_SECONDS = 15.0
"""How often planned notices are looked at (domain time)."""


@dataclass(frozen=True)
class Ground:
    """What it stands on; ``ask`` asks the other services."""

    database: Database
    writer: GroupCommit[Repository]
    ask: Ask


class Reach:
    """Channels, clocks and preferences."""

    def __init__(
        self, settings: NotifierSettings, rules: Community, readers: Readers, ground: Ground, clock: DomainClock
    ) -> None:
        key = read_key(settings.keys, "notifier-vault")
        database, writer, vault = ground.database, ground.writer, Vault(key)
        self.order = read_order(settings.channels)
        self.wording = Wording(rules, readers)
        self.reaching = Reaching(database, vault, ground.ask, _desks(settings.desks))
        self.preferring = Preferring(vault)
        self.channels: Mapping[str, PersonalChannel] = personal_channels(settings, self.order, key)
        self._file = NoticeFile(settings.notice_file)
        delivering = Delivering(retries_of(settings), self.order, rules.areas)
        hands = Hands(OutgoingQueries(database), self.reaching, delivering, writer, self.wording)
        sending = Sending(hands, self.channels, settings.messages_at_once, lambda: str(uuid7()))
        rules_of_going = times_of(settings, rules), endurance_of(settings), tolerance_of(settings)
        outgoing = Outgoing(hands, sending, *rules_of_going) if self.channels else None
        self.delivery_clock = DeliveryClock(hands, {FILE: self._file}, outgoing, clock, settings.delivery_seconds)
        self.time_clock = TimeClock(
            Timing(waits_of(settings)),
            RoundQueries(database),
            writer,
            rules.local_time,
            clock,
            Hours(settings.desk_at, settings.thanks_at),
            LOOK_SECONDS,
        )
        self.forgetting_clock = ForgettingClock(self.reaching, self.preferring, writer, settings.forget_hours * 3600)
        self.push_key = _public_push_key(key) if PUSH in self.channels else ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Channels let go of their connections at the end."""
        try:
            yield
        finally:
            for channel in self.channels.values():
                await channel.close()

    async def send_code(self, phone: str, message: Message, line: Mapping[str, Any]) -> None:
        """A one-time code leaves at once, past every table and without a retry: to the phone where there is a gateway,
        else into the demonstration's notice file, as ``line``. Raises ``Unavailable``.
        """
        gateway = self.channels.get(SMS)
        if gateway is not None:
            if await gateway.send(phone, message) is not Sent.TAKEN:
                raise Unavailable
            return
        try:
            await asyncio.to_thread(self._file.deliver, [line], ())
        except OSError as error:
            raise Unavailable from error


def retries_of(settings: NotifierSettings) -> Retries:
    """How deliveries are tried again."""
    first, longest = timedelta(seconds=settings.retry_seconds), timedelta(seconds=settings.longest_retry_seconds)
    return Retries(first, longest, settings.delivery_attempts, settings.retry_jitter)


def times_of(settings: NotifierSettings, rules: Community) -> Times:
    """When notices leave."""
    gather = timedelta(seconds=settings.gather_seconds)
    quiet = settings.quiet_from, settings.quiet_until
    return Times(rules.zone, *quiet, settings.digest_at, gather, settings.messages_a_day)


def endurance_of(settings: NotifierSettings) -> Endurance:
    """How long a channel is waited for."""
    return Endurance(timedelta(minutes=settings.channel_patience_minutes), timedelta(hours=settings.give_up_hours))


def tolerance_of(settings: NotifierSettings) -> Tolerance:
    """When a channel is left alone."""
    rest = timedelta(seconds=settings.channel_rest_seconds), timedelta(seconds=settings.channel_longest_rest_seconds)
    return Tolerance(settings.channel_failures, *rest)


def waits_of(settings: NotifierSettings) -> dict[Wait, timedelta]:
    """How long planned notices wait whether they are still needed."""
    return {
        Wait.NONE: timedelta(0),
        Wait.LOOKING: timedelta(minutes=settings.looking_minutes),
        Wait.LOOKING_URGENT: timedelta(minutes=settings.looking_urgent_minutes),
        Wait.KEPT: timedelta(seconds=settings.kept_seconds),
    }


def _desks(file: Path | None) -> Mapping[Recipient, Mapping[str, str]]:
    if file is None:
        return {}
    try:
        return read_desks(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ValueError(f"PAIDAN_DESKS: {file}: {error}") from error


def _public_push_key(key: bytes) -> str:
    from services.notifier.clocks.push import public_key_of  # noqa: PLC0415 - most installations start without it

    return urlsafe_b64encode(public_key_of(push_seed(key))).rstrip(b"=").decode()
