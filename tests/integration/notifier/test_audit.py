"""Ops search the audit: by who, order, verb, page by page; nobody else, and not unseen."""

from __future__ import annotations

import httpx2

from services.notifier.app import Notifier
from shared.contracts.audit import SYSTEM, Deed, What
from shared.contracts.words import Role
from shared.persistence.auditing import note_deeds
from tests.integration.notifier.running import Place


async def test_ops_search_what_was_done_and_are_searched_themselves(
    place: Place, client: httpx2.AsyncClient, console: httpx2.AsyncClient
) -> None:
    """Who was kept out is found by id, the newest first; the search is a deed too; who does not answer is named."""
    ops, volunteer = place.token(Role.OPS, "o-1"), place.token(Role.VOLUNTEER, "v-1")
    closed = "/api/audit", "/api/dead-letters"
    refused = [(await client.get(path, headers=volunteer)).status_code for path in closed]
    first = (await client.get("/api/audit?person=v-1&limit=1", headers=ops)).json()
    rest = (await client.get(f"/api/audit?person=v-1&cursor={first['next']}", headers=ops)).json()
    newest = (await client.get("/api/audit?limit=1&what=searched", headers=ops)).json()["items"]
    page = (await console.get("/audit?what=entered", headers=ops)).text
    told = [(deed["what"], deed["actor"], deed["field"], deed["verdict"]) for deed in (*first["items"], *rest["items"])]
    assert [403, 403] == refused
    assert [("entered", "v-1", f"/api/{path}", "refused") for path in ("dead-letters", "audit")] == told
    assert (["intake", "matcher"], "o-1") == (first["away"], newest[0]["actor"])
    assert "Was kept out" in page
    searched = (await client.get("/api/audit?what=searched", headers=ops)).json()["items"]
    assert 3 == len(searched)  # the console's search is one as well, in the name of who looked


async def test_ops_read_of_alerts_on_every_page(place: Place, console: httpx2.AsyncClient) -> None:
    """That there were some lately; who they are about, the audit's own page says."""
    async with place.writing() as notifier:
        await _alerted(notifier)
    page = (await console.get("/", headers=place.token(Role.OPS, "o-1"))).text
    assert ("Alerts of the audit: 1" in page, "c-7" in page) == (True, False)


async def _alerted(notifier: Notifier) -> None:
    await notifier.machinery.writer.do(note_deeds, [Deed(SYSTEM, What.ALERTED, subject="c-7", field="reads")])
    await notifier.alert_clock.look()  # as the running one does, which may be the first: one notice for both
