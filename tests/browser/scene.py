"""One scene for whoever looks at pages: orders in every state, and a session of every role.

``tests/browser/staging.py`` brings it about over the public doors, as people would; a browser is not needed for it.
Pages find their order and their reader in it (``tests/browser/visits.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx2

from deploy.attached import Attached, sign
from shared.identity.handing_over import Handovers
from shared.identity.keys import read_key
from shared.identity.tokens import Caller
from tests.browser.people import TTL

STRANGER, RESIDENT, VOLUNTEER, SERVING, SERVED, SECRETARY, COORDINATOR, COUNTY, DEPARTMENT, OPERATOR = (
    "stranger",
    "resident",
    "volunteer",
    "serving",
    "served",
    "secretary",
    "coordinator",
    "county",
    "department",
    "ops",
)
"""Who looks at a page: a reader without anything, and one browser for each who is signed in."""


@dataclass(frozen=True)
class Cookie:
    """What a reader's browser holds, for the addresses below ``path``."""

    name: str
    value: str
    path: str = "/"


@dataclass
class Scene:
    """What there is to look at. ``found``: ids and references by the name of their part; ``cookies`` by who looks."""

    stack: Attached
    found: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, list[Cookie]] = field(default_factory=dict)

    def admit(self, who: str, name: str, value: str, path: str = "/") -> None:
        """Give a reader a cookie."""
        self.cookies.setdefault(who, []).append(Cookie(name, value, path))


async def session(stack: Attached, service: str, caller: Caller) -> dict[str, str]:
    """The cookies of a browser that signed in at a service with a token."""
    url = stack.url(service)
    async with httpx2.AsyncClient(base_url=url, headers={"origin": url}, trust_env=False) as client:
        answer = await client.post("/sign-in/token", data={"token": sign(stack.layout, caller, TTL), "back": "/"})
    assert 303 == answer.status_code, f"{service} does not let {caller} in"
    return dict(answer.cookies)


async def led_on(stack: Attached, caller: Caller, service: str, path: str) -> dict[str, str]:
    """The cookies of a browser that came over from matcher to a page of another service."""
    matcher = stack.url("matcher")
    handover = Handovers(read_key(stack.layout.keys, "tokens"), service).sign(caller, path, TTL)
    async with httpx2.AsyncClient(base_url=stack.url(service), headers={"origin": matcher}, trust_env=False) as client:
        answer = await client.post("/handover", data={"token": handover})
    assert (303, path) == (answer.status_code, answer.headers["location"]), f"{service} does not let {caller} in"
    return dict(answer.cookies)
