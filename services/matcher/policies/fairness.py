"""What mediation owes the people in it (mission.md, "Fairness"): notes that stay with whoever wrote them; recusal."""

from __future__ import annotations

from collections.abc import Collection

from shared.community.definition import Community
from shared.contracts.refusal import Conflict, FieldError, Invalid


class NothingConfidential(Invalid):
    """Only who mediates between parties keeps a note apart from the report."""

    title = "This service has no confidential notes"


class StandsAside(Conflict):
    """Somebody stood aside from the matter (回避), or a coordinator keeps them away from it: for good."""

    title = "This person stands aside from the matter"


def check_confidential(rules: Community, service: str, note: str | None) -> None:
    """Raises ``NothingConfidential`` for a note about a service that has no parties."""
    known = rules.services_by_code.get(service)
    if note is not None and (known is None or not known.parties):
        raise NothingConfidential(errors=[FieldError("/confidential_note", NothingConfidential.title)])


def check_impartial(volunteer_id: str, excluded: Collection[str], *, concerned: bool) -> None:
    """Raises ``StandsAside`` for somebody who is to have no part in an order: who stood aside or is kept away, and who
    is ``concerned``: a party to the matter, or from where its resident wants nobody.
    """
    if concerned or volunteer_id in excluded:
        raise StandsAside
