"""Certificates of hours are issued to volunteers, from what they completed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from services.matcher.commands.own import IssueCertificate
from services.matcher.models import Certificate, Volunteer
from services.matcher.models.personal import Personal
from services.matcher.policies.certificates import (
    MOST_CERTIFICATES,
    TooManyCertificates,
    check_period,
    counted,
    number_of,
    written,
)
from services.matcher.repository import Unit
from services.matcher.use_cases.availing import Own
from shared.community.definition import Community
from shared.contracts.audit import Deed, What
from shared.contracts.refusal import NotFound, Refusal
from shared.persistence.vault import Vault

_DAY = timedelta(days=1)


class Certifying:
    """Issues certificates; days are those of the community's zone."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._zone = rules.zone
        self._vault = vault

    async def issue(self, uow: Unit, commands: Sequence[Own[IssueCertificate]]) -> list[str | Refusal]:
        """One for the period; asked again on the same day about the same hours, the same one. Answers are ids of
        certificates. Refusals: ``NotFound`` for who is unknown or erased, ``PeriodAhead``, ``NothingServed``,
        ``TooManyCertificates``.
        """
        volunteers = await uow.repository.volunteers({command.volunteer_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            try:
                answers.append(await self._issued(uow, volunteers.get(command.volunteer_id), command))
            except Refusal as refusal:
                answers.append(refusal)
        return answers

    async def _issued(self, uow: Unit, volunteer: Volunteer | None, command: Own[IssueCertificate]) -> str:
        if volunteer is None or not Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed).name:
            raise NotFound
        wish, today = command.wish, uow.now.astimezone(self._zone).date()
        check_period(wish.first_day, wish.last_day, today)
        since = datetime.combine(wish.first_day, time(), self._zone)
        before = datetime.combine(wish.last_day + _DAY, time(), self._zone)
        served = written(counted(await uow.repository.completed_by(command.volunteer_id, since, before)))
        issued = await uow.repository.certificates_of(command.volunteer_id)
        wanted = (wish.first_day, wish.last_day, served, today)
        same = [one for one in issued if (one.first_day, one.last_day, one.served, one.issued_on) == wanted]
        if same:
            return same[0].certificate_id
        if len(issued) >= MOST_CERTIFICATES:
            raise TooManyCertificates
        certificate_id = uow.new_id()
        certificate = Certificate(
            certificate_id=certificate_id,
            number=number_of(certificate_id, today),
            volunteer_id=command.volunteer_id,
            first_day=wish.first_day,
            last_day=wish.last_day,
            served=served,
            issued_on=today,
        )
        uow.repository.keep_own(certificate)
        uow.audit(Deed(command.by, What.EXPORTED, "", command.volunteer_id, field="certificate"))
        return certificate_id
