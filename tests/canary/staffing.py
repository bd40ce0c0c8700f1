"""What coordinators, departments and operators write: a word in each of their fields, on orders that go all ways."""

from __future__ import annotations

from typing import Any

from shared.contracts.words import Role
from tests.canary.planting import Planting, join_with_words
from tests.flows.people import in_state
from tests.waiting import wait_for

CITY = "city_management"
WITHIN_SECONDS = 20.0


async def decide_with_words(planting: Planting) -> None:
    """Coordinators settle, refer, call, give up and turn away; operators settle letters that are not there."""
    await _refer(planting, await join_with_words(planting))
    await _settle(planting)
    await _give_up(planting)
    await _turn_away(planting)
    ops, reason = planting.doors.as_caller(Role.OPS, "ops"), planting.canaries.word("operator's reason")
    await planting.say("notifier", "/api/dead-letters/none/discard", ops, {"reason": reason}, 404)
    letters = {"service": "intake", "durable": "none", "reason": reason}
    await planting.say("notifier", "/api/dead-letters/replay", ops, letters, 404, 422)


async def _refer(planting: Planting, placed: dict[str, Any]) -> None:
    """Mediated in person; with the department, back, there again; then its resident is called."""
    word, say, desk = planting.canaries.word, planting.say, planting.desk
    held = await in_state(planting.doors, placed, "offered")
    mediation, capture = (leg["leg_id"] for leg in held["legs"])
    await say("matcher", f"/api/legs/{mediation}/take", desk, None)
    await in_state(planting.doors, placed, "under_way")
    await say("matcher", f"/api/legs/{mediation}/resolve", desk, {"report": word("coordinator's report")})
    city = planting.doors.as_caller(Role.DEPARTMENT, CITY)
    referral = await _referral(planting, placed, city)
    longer = {"until": "2026-11-30T10:00:00+08:00", "reason": word("department's extension")}
    await say("matcher", f"{referral}/extend", city, longer, 409)
    await say("matcher", f"{referral}/hand-back", city, {"reason": "others_first", "note": word("returned note")})
    again = {"department": CITY, "note": word("referral note")}
    await say("matcher", f"/api/legs/{capture}/refer", desk, again)
    referral = await _referral(planting, placed, city)
    await say("matcher", f"{referral}/resolve", city, {"report": word("department's report")})
    await in_state(planting.doors, placed, "done")
    call = await _call(planting, str(placed["reference"]))
    verdict = {"outcome": "fixed", "comment": word("verdict on the phone")}
    made = {"result": "reached", "note": word("call note"), "verdict": verdict}
    other = planting.visitor.stack.county_token()  # who served it may not say how it went
    await say("intake", f"/api/calls/{call}/result", other, made)


async def _referral(planting: Planting, placed: dict[str, Any], city: str) -> str:
    async def referred() -> str:
        _, page = await planting.doors.ask("GET", "matcher", "/api/department", city)
        mine = [one["referral_id"] for one in page["items"] if one["order_id"] == placed["order_id"]]
        return f"/api/referrals/{mine[0]}" if mine else ""

    return await wait_for(referred, WITHIN_SECONDS, "the order to be with the department")


async def _call(planting: Planting, reference: str) -> str:
    async def due() -> str:
        _, page = await planting.doors.ask("GET", "intake", "/api/call-list", planting.desk)
        return next((str(call["call_id"]) for call in page["items"] if call["reference"] == reference), "")

    return await wait_for(due, WITHIN_SECONDS, "the call to be on the list")


async def _settle(planting: Planting) -> None:
    """Split, escalated, taken, settled at the desk, and the verdict taken down there."""
    word, say, desk = planting.canaries.word, planting.say, planting.desk
    placed = await planting.place("small_repairs")
    path = f"/api/desk/orders/{placed['reference']}"
    (leg,) = (await in_state(planting.doors, placed, "offered"))["legs"]
    await say("intake", f"{path}/split", desk, {"service": "moving", "details": word("split off")})
    await say("matcher", f"/api/legs/{leg['leg_id']}/escalate", desk, {"reason": word("escalation")})
    await in_state(planting.doors, placed, "escalated")
    above = planting.visitor.stack.county_token()
    await say("matcher", f"/api/legs/{leg['leg_id']}/take", above, None)
    await in_state(planting.doors, placed, "under_way")
    await say("matcher", f"/api/legs/{leg['leg_id']}/resolve", above, {"report": word("report from above")})
    await in_state(planting.doors, placed, "done")
    verdict = {"outcome": "fixed", "comment": word("verdict at the desk")}
    await say("intake", f"{path}/verdict", desk, verdict)


async def _give_up(planting: Planting) -> None:
    """A coordinator proposes to let it end."""
    placed = await planting.place("homework_help")
    (leg,) = (await in_state(planting.doors, placed, "offered"))["legs"]
    await planting.say("matcher", f"/api/legs/{leg['leg_id']}/escalate", planting.desk, {"reason": "no_one"})
    await in_state(planting.doors, placed, "escalated")
    path = f"/api/desk/orders/{placed['reference']}/closing"
    why = {"reason": planting.canaries.word("closing reason")}
    await planting.say("intake", path, planting.visitor.stack.county_token(), why)


async def _turn_away(planting: Planting) -> None:
    """What looks like advertising is closed as such."""
    placed = await planting.place("haircut", details="see www.example.com")
    path = f"/api/desk/orders/{placed['reference']}/spam"
    await planting.say("intake", path, planting.desk, {"reason": planting.canaries.word("turned away")})
