"""Ops search the audit: by who, order, verb, page by page; nobody else, and not unseen."""

from __future__ import annotations

from shared.contracts.audit import SYSTEM, Deed, What
from shared.contracts.words import Role
from shared.persistence.auditing import note_deeds
from tests.integration.notifier.running import Place
from tests.waiting import wait_for


async def test_ops_search_what_was_done_and_are_searched_themselves(place: Place) -> None:
    """Who was kept out is found by id, the newest first; the search is a deed too; who does not answer is named."""
    ops, volunteer = place.token(Role.OPS, "o-1"), place.token(Role.VOLUNTEER, "v-1")
    async with place.serving() as client:
        closed = "/api/audit", "/api/dead-letters"
        refused = [(await client.get(path, headers=volunteer)).status_code for path in closed]
        first = (await client.get("/api/audit?person=v-1&limit=1", headers=ops)).json()
        rest = (await client.get(f"/api/audit?person=v-1&cursor={first['next']}", headers=ops)).json()
        newest = (await client.get("/api/audit?limit=1&what=searched", headers=ops)).json()["items"]
        page = (await client.get("/audit?what=entered", headers={**ops, "accept": "text/html"})).text
    told = [(deed["what"], deed["actor"], deed["field"], deed["verdict"]) for deed in (*first["items"], *rest["items"])]
    assert [403, 403] == refused
    assert [("entered", "v-1", f"/api/{path}", "refused") for path in ("dead-letters", "audit")] == told
    assert (["intake", "matcher"], "o-1") == (first["away"], newest[0]["actor"])
    assert "Was kept out" in page


async def test_ops_read_of_alerts_on_the_page_they_open_first(place: Place) -> None:
    """How many there were lately; who they are about, the audit's own page says."""
    page = {**place.token(Role.OPS, "o-1"), "accept": "text/html"}
    async with place.writing() as notifier:
        await notifier.machinery.writer.do(note_deeds, [Deed(SYSTEM, What.ALERTED, subject="c-7", field="reads")])
    async with place.serving() as client:

        async def told() -> bool:
            return "Alerts of the audit in the last day: 1" in (await client.get("/", headers=page)).text

        await wait_for(told, what="the alert to be counted")
        assert "c-7" not in (await client.get("/", headers=page)).text
