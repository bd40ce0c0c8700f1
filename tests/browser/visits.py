"""Every page there is, who looks at it, and how one gets there in the scene.

``unvisited`` compares the visits with the routes the services answer: a new page needs a line here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.contracts.services import SERVICES
from tests.browser.no_pages import NOT_PAGES
from tests.browser.people import BUILDING, COMMUNITY, GRID, SERVICE
from tests.browser.scene import (
    COORDINATOR,
    COUNTY,
    DEPARTMENT,
    OPERATOR,
    RESIDENT,
    SECRETARY,
    SERVED,
    SERVING,
    STRANGER,
    VOLUNTEER,
    Scene,
)

ACCESS = Path(__file__).parents[2] / "docs" / "access.md"
_EVERYWHERE = {
    "sign-in": "/sign-in",
    "token": "/sign-in/token",
    "components": "/components",
    "offline": "/offline",
}
"""Pages that each service has."""
ANSWERS = (
    f'button[name="in"][value="{COMMUNITY}"]',
    f'button[name="area"][value="{BUILDING}"]',
    'button[name="when"][value="soon"]',
)
"""What somebody who orders taps, until they are asked who they are."""
NEXT = "main button.main"
DECISIONS = "resolve", "take", "extend", "assign", "escalate", "call-up", "refer", "add", "release", "exclude"
"""What a coordinator may decide about a leg; each has a form of its own."""


@dataclass(frozen=True)
class Visit:
    """One page: ``who`` looks at an address; ``press``: and presses what these selectors find, one after the other,
    to see the page that answers the last. ``fill``: a field (by its selector) and what is typed there before the last
    is pressed. ``status``: what the page is answered with.
    """

    name: str
    service: str
    path: str
    who: str = STRANGER
    press: tuple[str, ...] = ()
    fill: tuple[str, str] | None = None
    status: int = 200


def visits(scene: Scene) -> list[Visit]:
    """Every page, in the order in which people meet them."""
    return [*_intake(scene), *_desk_of_intake(scene), *_volunteers(scene), *_coordinators(scene), *_ops(scene)]


def _intake(scene: Scene) -> Iterator[Visit]:
    found = scene.found
    for name, path in {
        "catalogue": "/",
        "again": "/order",
        "where": f"/order/{SERVICE}",
        "track": "/track",
        "find": "/find",
        "privacy": "/privacy",
        "kiosk": "/kiosk",
        **_EVERYWHERE,
    }.items():
        yield Visit(name, "intake", path)
    yield Visit("when", "intake", f"/order/{SERVICE}", press=ANSWERS[:2])
    yield Visit("who", "intake", f"/order/{SERVICE}", press=ANSWERS)
    filled = "#field-contact-phone", "+86 100 0000 1234"
    yield Visit("check", "intake", f"/order/{SERVICE}", press=(*ANSWERS, NEXT), fill=filled)
    yield Visit("nowhere", "intake", "/nowhere", status=404)
    for state in ("under_way", "offered", "done", "closed", "held", "referred", "dispute"):
        yield Visit(f"order-{state}", "intake", f"/orders/{found[state]}", RESIDENT)
    for page in ("placed", "cancel", "why", "danger", "personal"):
        yield Visit(f"order-{page}", "intake", f"/orders/{found['offered']}/{page}", RESIDENT)
    for page in ("photos", "review", "review?outcome=fixed", "review?outcome=partly"):
        yield Visit(f"order-{_plain(page)}", "intake", f"/orders/{found['done']}/{page}", RESIDENT)
    yield Visit("personal", "intake", "/personal", RESIDENT)


def _desk_of_intake(scene: Scene) -> Iterator[Visit]:
    found = scene.found
    for state in ("held", "offered", "dispute", "done"):
        yield Visit(f"desk-order-{state}", "intake", f"/desk/orders/{found[state]}", COORDINATOR)
    yield Visit("desk-photos", "intake", f"/desk/orders/{found['done']}/photos", COORDINATOR)
    yield Visit("looks", "intake", "/looks", COORDINATOR)
    yield Visit("desk-split", "intake", f"/desk/orders/{found['held']}/split", COORDINATOR)
    yield Visit("entry", "intake", "/entry", COORDINATOR)
    made = f"/entry?made={found['held']}&channel=station&area={GRID}"
    yield Visit("entry-made", "intake", made, COORDINATOR)
    yield Visit("call-list", "intake", "/call-list", COORDINATOR)
    reveal = f'form[action="/calls/{found["call"]}/reveal"] button'
    yield Visit("call", "intake", "/call-list", COORDINATOR, press=(reveal,))


def _volunteers(scene: Scene) -> Iterator[Visit]:
    found = scene.found
    for name, path in _EVERYWHERE.items():
        yield Visit(f"matcher-{name}", "matcher", path)
    yield Visit("matcher-role", "matcher", "/sign-in/role")
    yield Visit("matcher-nowhere", "matcher", "/nowhere", VOLUNTEER, status=404)
    for page in ("", "pool", "call-ups", "posts", "availability", "registration", "thanks"):
        yield Visit(f"volunteer-{page or 'home'}", "matcher", f"/{page}", VOLUNTEER)
    for page in ("week", "limits", "away", "kept"):
        yield Visit(f"volunteer-{page}", "matcher", f"/availability/{page}", VOLUNTEER)
    yield Visit("volunteer-messages", "matcher", "/messages", VOLUNTEER)
    for page in ("letterbox", "preferences"):
        yield Visit(f"volunteer-{page}", "notifier", f"/{page}", VOLUNTEER)
    yield from _own(scene)
    for page in ("counter", "decline"):
        yield Visit(f"volunteer-{page}", "matcher", f"/offers/{found['offer']}/{page}", VOLUNTEER)
    serving = f"/assignments/{found['assignment']}"
    yield Visit("volunteer-serving", "matcher", "/", SERVING)
    for page in ("complete", "hand-back", "danger"):
        yield Visit(f"volunteer-{page}", "matcher", f"{serving}/{page}", SERVING)
    yield Visit("volunteer-contact", "matcher", "/", SERVING, press=(f'form[action="{serving}/contact"] button',))
    yield Visit("secretary-call-ups", "matcher", "/call-ups", SECRETARY)
    yield Visit("secretary-call-up", "matcher", f"/call-ups/{found['call_up']}", SECRETARY)
    yield Visit("department", "matcher", "/department", DEPARTMENT)
    for page in ("", "/extend"):
        address = f"/department/{found['referral']}{page}"
        yield Visit(f"department-{_plain(page) or 'referral'}", "matcher", address, DEPARTMENT)


def _own(scene: Scene) -> Iterator[Visit]:
    """What a volunteer has made of their own, and what others see of it."""
    found = scene.found
    for page in ("", "/public", "/calendar", "/certificates"):
        yield Visit(f"card{page.replace('/', '-')}", "matcher", f"/card{page}", SERVED)
    yield Visit("certificate", "matcher", f"/card/certificates/{found['certificate']}", SERVED)
    yield Visit("certificate-check", "matcher", "/certificates/check")
    yield Visit("cards-community", "matcher", f"/cards?area={found['card_area']}")
    yield Visit("cards", "matcher", "/cards")
    yield Visit("card-shown", "matcher", f"/cards/{found['card']}")


def _coordinators(scene: Scene) -> Iterator[Visit]:
    found = scene.found
    for page in ("", "desk", "gaps", "back-and-forth", "stand-ins", "referrals", "posts", "dangers", "volunteers"):
        yield Visit(f"desk-{page or 'home'}", "matcher", f"/{page}", COORDINATOR)
    for page in ("areas", "call-list", "day", "pages"):
        yield Visit(f"desk-{page}", "matcher", f"/{page}", COORDINATOR)
    yield Visit("desk-county", "matcher", "/", COUNTY)
    for page in ("", "/" + found["draft"]):
        yield Visit("desk-roster-seen" if page else "desk-roster", "matcher", f"/roster{page}", COUNTY)
    yield Visit("desk-danger", "matcher", f"/dangers/{found['incident']}", COORDINATOR)
    yield Visit("desk-volunteer", "matcher", "/volunteers/v-0001", COUNTY)
    leg = f"/legs/{found['leg']}"
    yield Visit("leg", "matcher", leg, COORDINATOR)
    for verb in DECISIONS:
        yield Visit(f"leg-{verb}", "matcher", f"{leg}/{verb}", COORDINATOR)
    yield Visit("desk-leads-to-order", "matcher", f"/orders/{found['held']}", COORDINATOR)
    yield Visit("desk-leads-to-entry", "matcher", "/entry", COORDINATOR)


def _ops(scene: Scene) -> Iterator[Visit]:
    for name, path in _EVERYWHERE.items():
        yield Visit(f"notifier-{name}", "notifier", path)
    for name in ("components", "offline"):
        yield Visit(f"console-{name}", "console", _EVERYWHERE[name])
    yield Visit("notifier-home", "notifier", "/")
    yield Visit("board", "notifier", "/board")
    yield Visit("board-area", "notifier", "/board?area=qindu")
    letter = f"/dead-letters/{scene.found['dead_letter']}"
    for name, path in {
        "events": "/",
        "events-paused": "/?paused=1&subject=intake.%3E",
        "event": "/events/1",
        "watch": "/watch",
        "streams": "/streams",
        "audit": "/audit",
        "figures": "/figures",
        "invariants": "/invariants",
        "journey": f"/journeys/{scene.found['held']}",
        "dead-letters": "/dead-letters",
        "dead-letter": letter,
        "replay": "/dead-letters/replay",
        "nowhere": "/events/999999999",
    }.items():
        yield Visit(f"ops-{name}", "console", path, OPERATOR, status=404 if name == "nowhere" else 200)


def _plain(path: str) -> str:
    """A word for a page's address."""
    return path.strip("/").replace("?", "-").replace("=", "-").replace("outcome-", "")


def unvisited(scene: Scene) -> set[str]:
    """The pages that nobody visits, as ``service /route``.

    A page is what a GET outside ``/api/`` answers, unless ``NOT_PAGES`` says what it is instead.
    """
    seen = {(one.service, _route(one)) for one in visits(scene)}
    pages = {
        (service, route)
        for service, routes in _routes().items()
        for route in routes
        if not route.startswith("/api/") and route not in NOT_PAGES
    }
    return {f"{service} {route}" for service, route in pages - seen}


def once(scene: Scene) -> list[Visit]:
    """One visit of each page, for each kind of reader; what all services share is looked at in the first."""
    shared = set.intersection(*(set(_routes()[service]) for service in SERVICES)) - {"/", ""}
    found: dict[tuple[str, str, str, int], Visit] = {}
    for visit in visits(scene):
        route = _route(visit)
        found.setdefault(
            ("" if route in shared else visit.service, route + "".join(visit.press), visit.who, visit.status), visit
        )
    return list(found.values())


@cache
def _routes() -> dict[str, list[str]]:
    """What each service answers to GET, from docs/access.md, which names every route (a test compares)."""
    sections = ACCESS.read_text(encoding="utf-8").split("\n## ")[1:]
    return {section.partition("\n")[0]: re.findall(r"^\| `GET (\S+)`", section, re.MULTILINE) for section in sections}


def _route(visit: Visit) -> str:
    """The route that answers a visit: of several the one that says most of its address; empty for none."""
    plain = visit.path.partition("?")[0]
    fitting = [one for one in _routes()[visit.service] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), plain)]
    return min(fitting, key=lambda one: one.count("{"), default="")
