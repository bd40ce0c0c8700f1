"""One unique word for each personal field, and the loop that carries them through all doors."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

from deploy.demo.doors import Doors
from shared.contracts.words import Role
from tests.flows.people import GRID, asked, coordinator, in_state, order, place
from tests.flows.visitors import Visitor

_HAN = "鑫淼焱垚燚犇骉羴毳聂叒叕嚞囍卍"
"""Characters of hardly any text, so that a word of six of them stands nowhere by chance."""

_LATIN = "bcdfghjklmnpqrstvwxz"

_DESCRIPTION = 0x010E
"""The EXIF tag of a picture's title."""


@dataclass
class Canaries:
    """The words that were planted, by the field they were planted in."""

    words: dict[str, str] = field(default_factory=dict)

    def word(self, where: str) -> str:
        """A fresh word for a field: Chinese and Latin, none of it a word of anybody's language."""
        han = "".join(secrets.choice(_HAN) for _ in range(6))
        self.words[where] = f"{han} {''.join(secrets.choice(_LATIN) for _ in range(14))}"
        return self.words[where]

    def phone(self, where: str) -> str:
        """A fresh mobile number for a field."""
        self.words[where] = f"154{secrets.randbelow(10**8):08}"
        return self.words[where]

    def contact(self, where: str) -> dict[str, str]:
        """Name and number of one person."""
        return {"name": self.word(f"{where} name"), "phone": self.phone(f"{where} phone")}


async def plant(visitor: Visitor, doors: Doors) -> Canaries:
    """Fill every personal field that a door takes, on orders that go all ways; and be refused with the same words."""
    canaries = Canaries()
    word = canaries.word
    desk = coordinator(visitor.stack, doors, GRID)
    token = await _volunteer(visitor, doors, canaries)
    placed = await place(
        doors,
        "neighbour_dispute",
        details=word("details"),
        contact={**canaries.contact("resident"), "organisation": word("organisation")},
        orderer="firm",
        on_behalf_of=word("on behalf of"),
        person=canaries.contact("person"),
        excluded=[canaries.contact("party")],
        consent={"person": True, "health": True},
    )
    mine, path = str(placed["tracking_token"]), f"/api/orders/{placed['reference']}"
    await _say(visitor, "intake", f"{path}/amend", mine, {"details": word("amended details")})
    await _say(visitor, "intake", f"{path}/incident", mine, {"kind": "other", "words": word("resident's danger")})
    named = f"/api/desk/orders/{placed['reference']}/parties"
    await _say(visitor, "intake", named, desk, {"contact": canaries.contact("named party")})
    await _serve(visitor, doors, canaries, placed, desk)
    await _say(visitor, "intake", f"{path}/review", mine, {"outcome": "fixed", "comment": word("comment")})
    await _refused(visitor, canaries, token)
    return canaries


async def _volunteer(visitor: Visitor, doors: Doors, canaries: Canaries) -> str:
    who = f"v-canary-{secrets.token_hex(3)}"
    row = f"{who},{canaries.word('volunteer name')},{canaries.phone('volunteer phone')},retired,{GRID}\n"
    file = {"file": ("roster.csv", f"volunteer_id,name,phone,kind,home\n{row}".encode())}
    answer = await visitor("POST", "matcher", "/api/roster", visitor.stack.county_token(), files=file)
    assert 200 == answer.status_code, answer.text
    return doors.as_caller(Role.VOLUNTEER, who)


async def _serve(visitor: Visitor, doors: Doors, canaries: Canaries, placed: dict[str, Any], desk: str) -> None:
    """Accepted, handed on with a reason in words, served, reported; with notes and a danger on the way."""
    await in_state(doors, placed, "offered")
    _, token, offer_id = await asked(doors, placed["order_id"])
    leg = f"/api/legs/{(await order(doors, placed))['legs'][0]['leg_id']}"
    until = "2026-12-01T10:00:00+08:00"
    await _say(visitor, "matcher", f"{leg}/extend", desk, {"until": until, "reason": canaries.word("extension")}, 409)
    accepted = await visitor("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})
    assert 200 == accepted.status_code, accepted.text
    path = f"/api/assignments/{accepted.json()['assignment_id']}"
    danger = {"kind": "other", "words": canaries.word("volunteer's danger")}
    await _say(visitor, "matcher", f"{path}/incident", token, danger)
    await _say(visitor, "matcher", f"{path}/start", token, {})
    photo = {"photo": ("photo.jpg", _photo(canaries), "image/jpeg")}
    sent = await visitor("POST", "matcher", f"{path}/photos", token, files=photo)
    assert 201 == sent.status_code, sent.text
    report = {"report": canaries.word("report"), "confidential_note": canaries.word("mediator's note"), "minutes": 30}
    report["photos"] = [sent.json()["photo_id"]]
    await _say(visitor, "matcher", f"{path}/complete", token, report)
    await in_state(doors, placed, "done")


def _photo(canaries: Canaries) -> bytes:
    """A photo with words where cameras and programs write them."""
    exif, file = Image.Exif(), BytesIO()
    exif[_DESCRIPTION] = canaries.word("photo's description").split()[1]
    Image.new("RGB", (60, 40)).save(file, "JPEG", exif=exif, comment=canaries.word("photo's comment").encode())
    return file.getvalue()


async def _refused(visitor: Visitor, canaries: Canaries, token: str) -> None:
    """The same kinds of words where they are refused: what is turned away is kept nowhere either."""
    word, phone = canaries.word("refused words"), canaries.phone("refused phone")
    body = {"service": "rockets", "area": GRID, "details": word, "contact": {"name": word, "phone": phone}}
    tried: list[tuple[str, str, str, Any]] = [
        ("POST", "intake", "/api/orders", body),
        ("POST", "intake", "/api/orders", {**body, "state": word}),
        ("POST", "intake", "/api/orders/find", {"phone": f"{phone}{word}"}),
        ("POST", "intake", "/api/suggestions", {"text": word, "nothing": word}),
        ("POST", "matcher", f"/api/assignments/{phone}/complete", {"report": word}),
        ("PUT", "matcher", "/api/me/registration", {"home": word}),
        ("GET", "notifier", f"/api/events?q={word}", None),
        ("GET", "intake", f"/nowhere/{word}?phone={phone}", None),
        ("GET", "intake", f"/api/orders/{word}", None),
    ]
    for method, service, path, sent in tried:
        status = await visitor.status(method, service, path, token, sent, headers={"User-Agent": phone})
        assert 400 <= status < 500 or path.startswith("/api/orders/find"), (path, status)
    for _ in range(8):  # until codes are limited, and once more
        await visitor.status("POST", "intake", "/api/orders/find", body={"phone": phone})


async def _say(visitor: Visitor, service: str, path: str, token: str, body: Any, *also: int) -> None:
    answer = await visitor("POST", service, path, token, body)
    assert answer.status_code in (200, 201, 202, *also), f"{path}: {answer.status_code} {answer.text}"
