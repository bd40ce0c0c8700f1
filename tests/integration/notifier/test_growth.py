"""What notifier reads stays as fast with a million orders as with a thousand: no statement goes through all of them."""

from __future__ import annotations

from datetime import timedelta

import httpx2

from services.notifier.commands import Recipient
from services.notifier.models import NotifierTable
from services.notifier.queries.outgoing import OutgoingQueries
from shared.contracts.words import Role
from shared.persistence.engine import Database
from tests.integration.notifier.running import Place
from tests.integration.plans import Plans
from tests.unit.notifier.story import AT, Story

SMALL = ("sessions", "used_handovers", "password_tries", "preferences", "published", "planned_notices", "rounds")
"""As large as the people there are, swept, or empty once it has been done."""
COUNTED = ("WITH RECURSIVE following", "matters.taken_minutes", "matters.done_minutes")
"""The board counts everything there ever was, a fiftieth of the time at most (queries/board.py)."""
BURIED = "FROM dead_letters"
"""Each is a defect somebody mends; there are never many."""
CONSOLE = (
    *("/?paused=1", "/?paused=1&subject=intake.order_placed", "/?paused=1&order=PD-1", "/watch", "/figures"),
    *("/figures?days=30", "/streams", "/dead-letters", "/invariants", "/audit", "/strip", "/journeys/PD-1"),
)
OPS = ("/api/events", "/api/watch", "/api/digest", "/api/journeys/PD-1", "/api/dead-letters")


async def test_nobody_reads_through_all_orders(
    place: Place, client: httpx2.AsyncClient, console: httpx2.AsyncClient
) -> None:
    """Hearing, sending, every clock, the letterbox, the board and every page of the console."""
    plans = Plans(NotifierTable.metadata, SMALL)
    database = Database(place.settings.database_url)
    try:
        with plans.noting():
            await place.hear(Story(order_id="o-1", reference="PD-1").whole())
            ops, own = place.token(Role.OPS), place.token(Role.VOLUNTEER, "v-1")
            visits = [(console, ops, path) for path in CONSOLE] + [(client, ops, path) for path in OPS]
            visits += [(client, own, path) for path in ("/api/letterbox", "/board", "/board.csv", "/board.atom")]
            for door, who, path in visits:
                answer = await door.get(path, headers={**who, "Accept": "text/html, application/json"})
                assert answer.status_code in {200, 503}, f"{path}: {answer.status_code} {answer.text[:200]}"
            outgoing, late = OutgoingQueries(database), AT + timedelta(days=9)
            await outgoing.due(late, late, 50)
            await outgoing.company([Recipient(Role.VOLUNTEER, "v-1")], late, AT, late)
            await outgoing.sent_since([Recipient(Role.VOLUNTEER, "v-1")], AT)
            await outgoing.next_attempt(late)
            await outgoing.next_time(AT)
        assert plans.asked > 40
        scans = await plans.scans(database)
        assert [] == [one for one in scans if BURIED not in one and not any(counted in one for counted in COUNTED)]
    finally:
        await database.close()
