"""Every route of an application, tried as everybody, held against the rule it names and against what every answer says
to browsers.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import TypeAdapter
from sqlalchemy import text

from shared.contracts.words import Role
from shared.identity.keys import read_key
from shared.identity.tokens import Caller, TokenSigner
from shared.persistence.engine import Database
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, Ruled, Within
from shared.web.signing_in import EVERYWHERE
from tests.integration.shown_safely import unsafe

OK = range(200, 400)
CROWD = 50
GONE_OR_BEHIND = (404, 409, 422, 503)
"""What else somebody who is let in may be answered: gone, too late, not valid, or the broker is away."""


@dataclass(frozen=True)
class Tries:
    """Somebody at the doors. ``foreign``: nothing that the paths name is theirs. ``tracking``: they have an order's
    token, which is nobody's name: at doors that open no order they are strangers.
    """

    name: str
    role: Role | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    foreign: bool = True
    tracking: bool = False


def signed(keys: Path, name: str, role: Role, subject: str, area: str | None = None, *, foreign: bool = True) -> Tries:
    """Somebody with a signed token."""
    token = TokenSigner(read_key(keys, "tokens")).sign(Caller(role, subject, area), timedelta(minutes=5))
    return Tries(name, role, {"Authorization": f"Bearer {token}"}, foreign)


@asynccontextmanager
async def knocking(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application in this process."""
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://doors.test") as client:
        yield client


def told_no(routes: Iterable[Ruled], people: Iterable[Tries]) -> Counter[tuple[str, str]]:
    """How often each role is refused a route, by role and route: what the audit is to hold at least."""
    everybody = list(people)
    return Counter(
        (who.role.value, route.path)
        for route in routes
        for who in everybody
        if who.role is not None and expected(route, who) == (403,)
    )


async def audited(database: Database) -> Counter[tuple[str, str]]:
    """The refusals of the audit, by role and route."""
    query = "SELECT role, field FROM audit WHERE what = 'entered' AND verdict = 'refused'"
    async with database.reading() as session:
        return Counter((role, field) for role, field in await session.execute(text(query)))


def expected(route: Ruled, who: Tries) -> Sequence[int]:
    """What the rule alone lets them be answered."""
    unknown = who.tracking and (Role.RESIDENT not in route.rule.roles or route.path.endswith(EVERYWHERE))
    refused = route.rule.refuses(None if unknown else who.role)
    if refused is not None:
        return (refused,)
    if route.rule.within is Within.LINKED:
        return range(400, 500)  # nobody here has the secret
    if who.foreign and route.rule.within is Within.COUNTY:
        return (403,)
    if who.foreign and route.rule.within in (Within.OWN, Within.AREA) and "{" in route.path:
        return (404,) if route.method == "GET" or who.role is Role.COORDINATOR else (404, 409)
    return (*OK, *GONE_OR_BEHIND)


async def broken(
    client: httpx2.AsyncClient,
    routes: Iterable[Ruled],
    people: Sequence[Tries],
    known: Mapping[str, str],
    bodies: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> list[str]:
    """Each answer that its rule does not allow. ``known``: what the parameters of paths name; ``bodies``: what is sent
    where the smallest body of the schema will not do, by path.
    """
    found = []
    for together in _in_turn(routes, people):
        answers = await asyncio.gather(
            *(
                _answer(client, route, who, path_of(route.path, known), bodies.get(route.path) or body_of(route))
                for route, who in together
            )
        )
        for (route, who), answer in zip(together, answers, strict=True):
            status = answer.status_code
            allowed = set(expected(route, who))
            is_there = "{" in route.path and route.path.count("{") == sum(f"{{{name}}}" in route.path for name in known)
            if is_there and not who.foreign and route.method == "GET":
                allowed -= {404}
            if status not in allowed:
                found.append(f"{route.method} {route.path} · {who.name} · {route.rule.name}: {status}")
            if said := unsafe(route.path, answer):
                found.append(f"{route.method} {route.path} · {who.name} · {status}: {', '.join(said)}")
    return found


def _in_turn(routes: Iterable[Ruled], people: Sequence[Tries]) -> list[list[tuple[Ruled, Tries]]]:
    """Who tries what at once: those who are refused, in a few crowds; then the others, who look before anybody acts.

    What asks nobody who they are is tried once; what never ends, by those alone whom it refuses; what ends all that
    somebody has, as the last.
    """
    pairs = [
        (route, who)
        for route in sorted(routes, key=lambda one: (one.path.endswith(EVERYWHERE), one.method))
        for who in (people[:1] if route.rule in (ANYBODY, BEARER_OF_A_SECRET) else people)
        if not (route.live and 200 in expected(route, who))
    ]
    refused = [pair for pair in pairs if expected(*pair) in ((401,), (403,))]
    crowds = [refused[at : at + CROWD] for at in range(0, len(refused), CROWD)]
    return crowds + [[pair] for pair in pairs if pair not in refused]


async def _answer(
    client: httpx2.AsyncClient, route: Ruled, who: Tries, address: str, body: Mapping[str, Any]
) -> httpx2.Response:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json", **who.headers}
    return await client.request(route.method, address, headers=headers, **body)


def path_of(path: str, known: Mapping[str, str]) -> str:
    """The address of something that is there, as far as it is known."""
    parts = (known.get(part[1:-1], "nobody") if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def body_of(route: Ruled) -> dict[str, Any]:
    """A body that is valid, so that nothing but the rule is in the way."""
    taken = getattr(route.route, "body_field", None)
    if taken is None:
        return {}
    schema = TypeAdapter(taken.field_info.annotation).json_schema()
    value = example(schema, schema.get("$defs", {}))
    if "Form" in type(taken.field_info).__name__ or "File" in type(taken.field_info).__name__:
        return {"files": dict.fromkeys(schema["properties"], ("table.csv", b"a,b\n"))}
    return {"json": value}


def example(schema: Mapping[str, Any], named: Mapping[str, Any]) -> Any:
    """The smallest value of a schema."""
    if "$ref" in schema:
        return example(named[schema["$ref"].rpartition("/")[2]], named)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return example(schema[choice][0], named)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    parts = schema.get("properties", {})
    smallest = {
        "object": {name: example(parts[name], named) for name in schema.get("required", ())},
        "array": [example(schema["items"], named)] * schema.get("minItems", 0) if "items" in schema else [],
        "integer": schema.get("minimum", 1),
        "boolean": True,
        "string": "2026-11-23T09:00:00+08:00" if schema.get("format") == "date-time" else "something",
    }
    return smallest[schema["type"]]
