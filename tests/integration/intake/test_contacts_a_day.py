"""Nobody is shown the contacts of more orders in a day than one person needs."""

from __future__ import annotations

from services.intake.models import Audited
from shared.contracts.audit import Deed, What, Who
from shared.persistence.bounding import BoundedAudit, ContactsADay, ContactsShownToday
from tests.integration.intake.running import Place


async def test_contacts_are_bounded_a_day_for_all_replicas_together(place: Place) -> None:
    """The third order is refused and the refusal is kept; the same order again, another person and danger are not."""
    bounds = ContactsADay(volunteer=2, coordinator=1, always="emergency")
    deeds = [
        Deed(Who("volunteer", "v-1"), What.FETCHED, "o-1"),
        Deed(Who("volunteer", "v-1"), What.FETCHED, "o-2"),
        Deed(Who("volunteer", "v-1"), What.FETCHED, "o-3"),
        Deed(Who("volunteer", "v-1"), What.FETCHED, "o-2"),
        Deed(Who("volunteer", "v-2"), What.FETCHED, "o-3"),
        Deed(Who("coordinator", "c-1"), What.REVEALED, "o-1", reason="visit"),
        Deed(Who("coordinator", "c-1"), What.REVEALED, "o-2", reason="visit"),
        Deed(Who("coordinator", "c-1"), What.REVEALED, "o-2", reason="emergency"),
        Deed(Who("coordinator", "c-1"), What.READ, "o-2"),
    ]
    let_in = []
    async with place.writing() as one, place.writing() as other:
        audits = [
            BoundedAudit(intake.machinery.audit, intake.machinery.database, Audited, bounds) for intake in (one, other)
        ]
        for number, deed in enumerate(deeds):
            try:
                await audits[number % 2].note(deed)
                let_in.append(True)
            except ContactsShownToday:
                let_in.append(False)
    assert [True, True, False, True, True, True, False, True, True] == let_in
    verdicts = [row[5] for row in (*await place.audited("fetched"), *await place.audited("revealed"))]
    assert ["allowed", "allowed", "refused", "allowed", "allowed", "allowed", "refused", "allowed"] == verdicts
