"""Notices over channels that ring, against real servers that take them, refuse them, fail, are slow or away."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.notifier.commands import Recipient
from shared.community.definition import Community
from shared.contracts.reaching import Reach
from shared.contracts.words import Role
from tests.integration.notifier.peers import http_peer, mail_server
from tests.integration.notifier.reaching import PHONE, Ringing, ringing
from tests.ports import free_port
from tests.unit.notifier.story import Story

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RESIDENT = Recipient(Role.RESIDENT, "0197-order")
VOLUNTEER = Recipient(Role.VOLUNTEER, "v-1")


async def sent(one: Ringing, name: str) -> list[dict[str, object]]:
    """The facts of one name that notifier has recorded."""
    rows = await one.place.rows("SELECT body FROM outbox WHERE type LIKE :name ORDER BY position", name=f"%{name}%")
    return [json.loads(body) for (body,) in rows]


async def test_a_phone_gets_the_short_words_once(tmp_path: Path, database_url: str, rules: Community) -> None:
    """With the gateway's token and an id; the delivery is confirmed and told of; nothing of it is kept."""
    with http_peer() as peer:
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url, sms_token="secret") as one:  # noqa: S106 - of this test
            await one.hear([Story().placed()])
            await one.go()
            await one.go(HOUR)
            (message,) = peer.received
            assert ["order_placed"] == [told["kind"] for told in await sent(one, "notice_sent")]
            kept = await one.place.rows("SELECT channel, state, message_id FROM deliveries WHERE channel = 'sms'")
    body = message.json
    assert (PHONE, "zh-CN", "Bearer secret") == (body["to"], body["language"], message.headers["authorization"])
    assert ("PD-0001" in body["text"], len(body["text"]) <= 70) == (True, True)
    assert [("sms", "delivered", message.headers["idempotency-key"])] == kept
    assert PHONE not in (tmp_path / "notices.jsonl").read_text() if (tmp_path / "notices.jsonl").exists() else True


async def test_what_is_refused_goes_over_the_next_channel_at_once(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """404 of the gateway: this number never; the mail server has it, in the person's language."""
    with http_peer() as peer, mail_server() as mail:
        peer.otherwise = 404
        settings = {
            "sms_url": peer.url,
            "mail_url": f"mailto://{'127.0.0.1'}:{mail.port}?from=paidan@county.test&to={{to}}",
        }
        async with ringing(tmp_path, database_url, rules, "sms,mail", **settings) as one:
            await one.prefer(RESIDENT, language="en", addresses={"mail": "someone@example.org"})
            await one.hear([Story().placed()])
            await one.go()
            await one.go()
            states = await one.states()
            failed = await sent(one, "notice_failed")
    assert [("order_placed", "sms", "dead"), ("order_placed", "mail", "delivered")] == states
    assert [("sms", False)] == [(told["channel"], told["unreached"]) for told in failed]
    ((to, message),) = mail.received
    assert ("someone@example.org", True) == (to, "We have your order PD-0001" in message.get_content())


@pytest.mark.parametrize("status", [500, 503, 429, 401])
async def test_what_fails_is_sent_again_later(tmp_path: Path, database_url: str, rules: Community, status: int) -> None:
    """The pauses grow; once it is taken it is there once, and what waited behind it comes after it."""
    with http_peer() as peer:
        peer.answers.extend([status, status])
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url) as one:
            story = Story()
            await one.hear([story.placed()])
            await one.go()
            assert 0 == await one.go(timedelta(seconds=0.5))
            await one.hear([story.escalated()])
            assert 0 == len([told for told in await one.states() if told[2] == "delivered"])
            for _ in range(3):
                await one.go(timedelta(seconds=5))
            assert {"delivered"} == {state for *_, state in await one.states()}
    assert (4, 2) == (len(peer.received), len(peer.kept))


async def test_silence_doubles_nothing_where_the_gateway_keeps_ids(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """It took the message and did not answer in time: sent again with the same id, it is known there."""
    with http_peer() as peer:
        peer.speaks.clear()
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url) as one:
            await one.hear([Story().placed()])
            await one.go()
            assert [("order_placed", "sms", "waiting")] == await one.states()
            peer.speaks.set()
            await one.go(5 * MINUTE)
            assert [("order_placed", "sms", "delivered")] == await one.states()
    assert (2, 1) == (len(peer.received), len(peer.kept))
    assert 1 == len({one.headers["idempotency-key"] for one in peer.received})


async def test_silence_is_not_asked_twice_where_it_would_come_twice(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """Bark keeps no ids: whether it came is unknown, the letterbox has it, and nothing is sent again."""
    with http_peer() as peer:
        peer.speaks.clear()
        bark = f"bark://127.0.0.1:{peer.port}/{{to}}/"
        async with ringing(tmp_path, database_url, rules, "bark", bark_url=bark) as one:
            await one.prefer(RESIDENT, addresses={"bark": "device-key-1"})
            await one.hear([Story().placed()])
            await one.go()
            peer.speaks.set()
            await one.go(DAY)
            assert [("order_placed", "bark", "unsure")] == await one.states()
    assert 1 == len(peer.kept)


async def test_a_channel_down_for_six_hours_is_left_alone_and_then_brings_everything_once(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """Nobody listens on its port; it is asked gently meanwhile; afterwards each notice is there once, in order."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with ringing(tmp_path, database_url, rules, "sms", sms_url=url, retry_seconds=30) as one:
        stories = [Story(order_id=f"o-{n:02}", reference=f"PD-{n:04}") for n in range(20)]
        await one.hear([story.placed() for story in stories])
        await one.go_on(6 * HOUR, 2 * MINUTE)
        await one.hear([story.escalated() for story in stories])
        (asked,) = (await one.place.rows("SELECT sum(attempts) FROM deliveries WHERE channel IN ('sms', 'first')"))[0]
        assert {"waiting"} == {state for *_, state in await one.states()}
        with http_peer(port) as peer:
            await one.go_on(30 * MINUTE, 2 * MINUTE)
            assert {"delivered"} == {state for *_, state in await one.states()}
    assert asked < 20 * 5
    texts = [message.json["text"] for message in peer.kept]
    assert (True, len(texts)) == (20 <= len(texts) <= 40, len(set(texts)))
    assert [] == [message for message in peer.received if message not in peer.kept]


async def test_what_is_pressing_takes_the_next_channel_while_the_first_is_down(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """What is not waits for the first one; when it has waited long enough it goes on as well."""
    with http_peer() as peer:
        settings = {"sms_url": f"http://127.0.0.1:{free_port()}", "bark_url": f"bark://127.0.0.1:{peer.port}/{{to}}/"}
        async with ringing(tmp_path, database_url, rules, "sms,bark", channel_failures=1, **settings) as one:
            await one.prefer(RESIDENT, addresses={"bark": "device-key-1"})
            await one.hear([Story().placed()])
            await one.go()
            await one.go(5 * MINUTE)
            assert [("order_placed", "sms", "waiting")] == await one.states()
            await one.go(30 * MINUTE)
            await one.go()
            assert [("order_placed", "sms", "dead"), ("order_placed", "bark", "delivered")] == await one.states()


async def test_a_volunteer_whom_nothing_reaches_is_called_by_the_coordinator(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """The number is refused and there is no other channel: the fact says so, and the coordinator has a notice."""
    with http_peer() as peer:
        peer.otherwise = 400
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url) as one:
            story = Story()
            await one.hear([story.placed(), story.offered("v-1"), story.assigned("v-1")])
            for _ in range(3):
                await one.go(5 * MINUTE)
            told = {kind for kind, *_ in await one.states(Role.COORDINATOR)}
            failed = [one_of for one_of in await sent(one, "notice_failed") if one_of["kind"] == "leg_assigned"]
    assert {"not_reached"} == told
    assert {True} == {one_of["unreached"] for one_of in failed}


async def test_whoever_is_gone_is_reached_over_nothing_and_forgotten(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """Erased at intake: no message leaves, nobody is asked to call, and their addresses go with the next look."""
    with http_peer() as peer:
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url) as one:
            await one.prefer(RESIDENT, addresses={"mail": "someone@example.org"})
            one.known.others[RESIDENT.id] = None
            await one.hear([Story().placed()])
            await one.go()
            assert [("order_placed", "first", "unknown")] == await one.states()
            assert 1 == await one.notifier.reach.forgetting_clock.sweep()
            assert [] == await one.place.rows("SELECT * FROM preferences")
            assert [] == await sent(one, "notice_failed")
    assert [] == peer.received


async def test_who_reads_no_messages_gets_none(tmp_path: Path, database_url: str, rules: Community) -> None:
    """Intake has them on its list of calls."""
    with http_peer() as peer:
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url) as one:
            one.known.others[RESIDENT.id] = Reach()
            await one.hear([Story().placed()])
            await one.go()
            assert [("order_placed", "first", "unknown")] == await one.states()
    assert [] == peer.received


async def test_in_quiet_hours_nothing_rings_but_what_is_urgent_for_who_agreed(
    tmp_path: Path, database_url: str, rules: Community
) -> None:
    """Made at 23:00, they come at seven, in one message; a danger wakes the coordinator who agreed to it."""
    night = datetime.fromisoformat("2026-11-22T23:00:00+08:00")
    with http_peer() as peer:
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url) as one:
            one.now = night
            await one.prefer(Recipient(Role.COORDINATOR, "east-g1"), urgent_at_night=True)
            story = Story()
            await one.hear([story.placed(), story.escalated(), story.incident_raised(Role.RESIDENT)])
            await one.go()
            urgent = [message.json["text"] for message in peer.received]
            await one.go_on(timedelta(hours=7, minutes=50), 10 * MINUTE)
            assert len(urgent) == len(peer.received)
            await one.go(10 * MINUTE)
    assert (1, True) == (len(urgent), "险情" in urgent[0])
    later = [message.json["text"] for message in peer.received[1:]]
    assert ["(+1)" in text for text in later].count(True) == 1


async def test_one_message_instead_of_five(tmp_path: Path, database_url: str, rules: Community) -> None:
    """What can wait gathers for a while; what somebody muted stays in the letterbox; a digest comes in the evening."""
    with http_peer() as peer:
        async with ringing(tmp_path, database_url, rules, "sms", sms_url=peer.url, gather_seconds=300) as one:
            stories = [Story(order_id=f"o-{n}", reference=f"PD-{n:04}") for n in range(5)]
            for story in stories:
                await one.hear([story.placed(), story.offered("v-1"), story.offered("v-2")])
            await one.go()
            for story in stories:
                await one.hear([story.assigned("v-2")])
                await one.go(MINUTE)
            await one.go(10 * MINUTE)
            taken = [m.json["text"] for m in peer.received if "(+4)" in m.json["text"]]
            await one.prefer(VOLUNTEER, muted=["thanks"])
            await one.prefer(Recipient(Role.VOLUNTEER, "v-2"), digest=True)
            before = len(peer.received)
            for story in stories:
                await one.hear([story.completed("v-2"), story.done(), story.closed()])
            await one.go(10 * MINUTE)
            thanks = [state for kind, _, state in await one.states(Role.VOLUNTEER) if kind == "order_closed"]
            by_day = [m.json["text"] for m in peer.received[before:]]
            await one.go_on(9 * HOUR, HOUR)
            digest = [m.json["text"] for m in peer.received if "(+4)" in m.json["text"]][len(taken) :]
    assert ["您能接", "您能接", "已有安排"] == [next(w for w in ("您能接", "已有安排") if w in text) for text in taken]
    assert ["waiting"] * 5 == thanks
    assert [] == [text for text in by_day if "感谢" in text or "您服务的" in text]
    assert 1 == len([text for text in digest if "您服务的" in text])
