"""One unique word for each field in which people may write what they like, and the loop that carries them through all
doors: what residents and volunteers say."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from deploy.attached import load_definition
from deploy.demo.doors import Doors
from shared.contracts.flows import SERVICES
from shared.contracts.words import Role
from tests.canary.words import Canaries, Fields
from tests.flows.people import GRID, asked, coordinator, in_state, order, place
from tests.flows.visitors import Visitor

_DESCRIPTION = 0x010E
"""The EXIF tag of a picture's title."""


class Planting:
    """Whoever says the words at the doors of a running stack. ``filled``: the fields they were planted in."""

    def __init__(
        self, visitor: Visitor, doors: Doors, fields: Mapping[str, Fields], grid: str, canaries: Canaries
    ) -> None:
        self.visitor = visitor
        self.doors = doors
        self.canaries = canaries
        self.filled: set[str] = set()
        self._fields = fields
        self.grid = grid
        self.desk = coordinator(visitor.stack, doors, grid)

    @classmethod
    async def at(cls, visitor: Visitor, doors: Doors, grid: str = GRID) -> Planting:
        """In one grid of a stack whose services describe their own doors."""
        await _seat(visitor, words := Canaries(), grid)
        described = {name: (await visitor("GET", name, "/openapi.json")).json() for name in SERVICES}
        return cls(visitor, doors, {name: Fields(name, document) for name, document in described.items()}, grid, words)

    @property
    def unplanted(self) -> set[str]:
        """Fields of free text that no word was planted in."""
        return set().union(*(fields.free() for fields in self._fields.values())) - self.filled

    async def say(self, service: str, path: str, token: str, body: Any, *also: int, method: str = "POST") -> Any:
        """Send a body with words in it; what was answered. It is taken, or refused with one of ``also``."""
        answer = await self.visitor(method, service, path, token, body)
        assert answer.status_code in (200, 201, 202, *also), f"{path}: {answer.status_code} {answer.text}"
        self.filled |= self._fields[service].hit(method, path, body, self.canaries.words)
        return answer.json()

    async def place(self, service: str, **changes: Any) -> dict[str, Any]:
        """Place an order whose words are planted; the answer of the door."""
        body = {
            "area": self.grid,
            "details": self.canaries.word(f"details of {service}"),
            "contact": self.canaries.contact(f"resident of {service}"),
            **changes,
        }
        placed = await place(self.doors, service, **body)
        self.filled |= self._fields["intake"].hit("POST", "/api/orders", body, self.canaries.words)
        return placed


async def _seat(visitor: Visitor, canaries: Canaries, grid: str) -> None:
    """Somebody else holds the office of the grid; first, because whoever held it is signed out. The others stay."""
    rules = load_definition(visitor.stack.stack.definition)
    assert rules.incumbents is not None
    office = rules.coordinator_of(grid).coordinator_id
    heading, *rows = rules.incumbents.read_text(encoding="utf-8").splitlines()
    rows = [row for row in rows if not row.startswith(f"{office},")]
    rows.append(f"{office},{canaries.word('office name')},{canaries.phone('office phone')}")
    file = {"file": ("offices.csv", "\n".join([heading, *rows]).encode())}
    answer = await visitor("POST", "matcher", "/api/coordinators", visitor.stack.county_token(), files=file)
    assert 200 == answer.status_code, answer.text


async def serve_with_words(planting: Planting) -> None:
    """One order on which resident and volunteer say all they can; then what is refused, and a withdrawal."""
    word, contact, say = planting.canaries.word, planting.canaries.contact, planting.say
    token = await _volunteer(planting)
    placed = await planting.place(
        "neighbour_dispute",
        contact={**contact("resident"), "organisation": word("organisation")},
        orderer="firm",
        on_behalf_of=word("on behalf of"),
        person=contact("person"),
        excluded=[contact("party")],
        consent={"person": True, "health": True},
    )
    mine, path = str(placed["tracking_token"]), f"/api/orders/{placed['reference']}"
    await say("intake", f"{path}/amend", mine, {"details": word("amended details")})
    await say("intake", f"{path}/incident", mine, {"kind": "other", "words": word("resident's danger")})
    party = {**contact("named party"), "organisation": word("party's organisation")}
    await say("intake", f"/api/desk/orders/{placed['reference']}/parties", planting.desk, {"contact": party})
    await _serve(planting, placed)
    await say("intake", f"{path}/review", mine, {"outcome": "fixed", "comment": word("comment")})
    await say("intake", f"{path}/personal", mine, contact("corrected"))
    await _withdraw(planting)
    await _refused(planting, token)


async def join_with_words(planting: Planting) -> dict[str, Any]:
    """A matter in public space that a neighbour and somebody on the phone join; the order they are in then."""
    word, contact, say = planting.canaries.word, planting.canaries.contact, planting.say
    placed = await planting.place("stray_dogs", call_only=True)
    same = planting.canaries.words["details of stray_dogs"]
    told = await say("intake", "/api/suggestions", "", {"text": same, "service": "stray_dogs", "area": planting.grid})
    (similar,) = told["similar"]
    neighbour = {**contact("neighbour"), "organisation": word("neighbour's organisation")}
    body = {"join_token": similar["join_token"], "contact": neighbour}
    await say("intake", "/api/orders/join", "", body)
    caller = {**contact("caller"), "organisation": word("caller's organisation")}
    path = f"/api/desk/orders/{placed['reference']}/join"
    await say("intake", path, planting.desk, {"contact": caller})
    return placed


async def _volunteer(planting: Planting) -> str:
    who, canaries = f"v-canary-{secrets.token_hex(3)}", planting.canaries
    row = f"{who},{canaries.word('volunteer name')},{canaries.phone('volunteer phone')},retired,{planting.grid}\n"
    file = {"file": ("roster.csv", f"volunteer_id,name,phone,kind,home\n{row}".encode())}
    visitor = planting.visitor
    answer = await visitor("POST", "matcher", "/api/roster", visitor.stack.county_token(), files=file)
    assert 200 == answer.status_code, answer.text
    token = planting.doors.as_caller(Role.VOLUNTEER, who)
    await planting.say("matcher", "/api/me/personal", token, {"name": canaries.word("volunteer's corrected name")})
    card = {"name_shown": "full", "promise": canaries.word("promise"), "posts": True}
    await planting.say("matcher", "/api/me/card", token, card, method="PUT")
    mail = f"{canaries.word('mail address').split()[1]}@example.org"
    keys = {"p256dh": canaries.word("browser's key"), "auth": canaries.word("browser's secret")}
    browser = {"endpoint": "https://push.example.org/x", "keys": keys}
    wishes = {"addresses": {"mail": mail, "push": browser}}
    await planting.say("notifier", "/api/preferences", token, wishes, method="PUT")
    why = {"reason": canaries.word("suspension")}
    await planting.say("matcher", f"/api/volunteers/{who}/suspend", planting.desk, why)
    await planting.say("matcher", f"/api/volunteers/{who}/restore", planting.desk, {})
    return token


async def _serve(planting: Planting, placed: dict[str, Any]) -> None:
    """Accepted, handed back, accepted by another, served, reported; with notes and a danger on the way."""
    word, say, order_id = planting.canaries.word, planting.say, str(placed["order_id"])
    await in_state(planting.doors, placed, "offered")
    first, token, offer_id = await asked(planting.doors, order_id)
    leg = f"/api/legs/{(await order(planting.doors, placed))['legs'][0]['leg_id']}"
    extension = {"until": "2026-12-01T10:00:00+08:00", "reason": word("extension")}
    await say("matcher", f"{leg}/extend", planting.desk, extension, 409)
    accepted = await say("matcher", f"/api/offers/{offer_id}/accept", token, {})
    back = {"reason": word("hand-back")}
    await say("matcher", f"/api/assignments/{accepted['assignment_id']}/hand-back", token, back)
    _, token, offer_id = await asked(planting.doors, order_id, frozenset({first}))
    accepted = await say("matcher", f"/api/offers/{offer_id}/accept", token, {})
    path = f"/api/assignments/{accepted['assignment_id']}"
    danger = {"kind": "other", "words": word("volunteer's danger")}
    told = await say("matcher", f"{path}/incident", token, danger)
    answered = {"words": word("answer to a danger")}
    await say("matcher", f"/api/incidents/{told['incident_id']}/answer", planting.desk, answered)
    await say("matcher", f"{path}/start", token, {})
    photo = {"photo": ("photo.jpg", _photo(planting.canaries), "image/jpeg")}
    sent = await planting.visitor("POST", "matcher", f"{path}/photos", token, files=photo)
    assert 201 == sent.status_code, sent.text
    report = {"report": word("report"), "confidential_note": word("mediator's note"), "minutes": 30}
    await say("matcher", f"{path}/complete", token, report | {"photos": [sent.json()["photo_id"]]})
    await in_state(planting.doors, placed, "done")


def _photo(canaries: Canaries) -> bytes:
    """A photo with words where cameras and programs write them."""
    exif, file = Image.Exif(), BytesIO()
    exif[_DESCRIPTION] = canaries.word("photo's description").split()[1]
    Image.new("RGB", (60, 40)).save(file, "JPEG", exif=exif, comment=canaries.word("photo's comment").encode())
    return file.getvalue()


async def _withdraw(planting: Planting) -> None:
    """Declined by whoever is asked, then withdrawn."""
    placed = await planting.place("moving", urgency="urgent")
    _, token, offer_id = await asked(planting.doors, placed["order_id"])
    refusal = {"reason": planting.canaries.word("refusal")}
    await planting.say("matcher", f"/api/offers/{offer_id}/decline", token, refusal)
    path = f"/api/orders/{placed['reference']}/cancel"
    await planting.say("intake", path, str(placed["tracking_token"]), {"reason": planting.canaries.word("withdrawal")})


async def _refused(planting: Planting, token: str) -> None:
    """The same kinds of words where they are refused: what is turned away is kept nowhere either."""
    word, phone = planting.canaries.word("refused words"), planting.canaries.phone("refused phone")
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
        status = await planting.visitor.status(method, service, path, token, sent, headers={"User-Agent": phone})
        assert 400 <= status < 500 or path.startswith("/api/orders/find"), (path, status)
    code = {"phone": phone, "code": "000000"}
    await planting.say("intake", "/api/orders/find/verify", "", {**code, "claim": "none"}, 401)
    await planting.say("matcher", "/api/sign-in/verify", "", code, 401)
    for _ in range(8):  # until codes are limited, and once more
        await planting.say("intake", "/api/orders/find", "", {"phone": phone}, 429)
        await planting.say("matcher", "/api/sign-in", "", {"phone": phone}, 429)
