"""Which rule a route has: who it is for, said beside the route in a form a program reads.

A rule stands on the dependency that enforces it, or on the route itself where its own body does. What is open to
everybody says so. Each service's tests try every route as everybody against its rule, and fail for one that names none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from shared.contracts.words import Role

Marked = TypeVar("Marked", bound=Callable[..., Any])

STRANGER = None
"""Whoever brings neither token nor session."""


class Within(StrEnum):
    """What of a route's things is there for whom it lets in; anything else does not exist for them (404)."""

    ALL = "everything"
    OWN = "one's own"
    AREA = "one's area and below"
    COUNTY = "the whole community"
    LINKED = "what the link or code opens"


@dataclass(frozen=True)
class Rule:
    """Whom a route lets in. ``roles`` holds ``STRANGER`` where nobody has to say who they are."""

    name: str
    roles: frozenset[Role | None]
    within: Within

    def refuses(self, role: Role | None) -> int | None:
        """The status a caller is refused with whatever they ask for; None where they are let in."""
        if role in self.roles:
            return None
        return 401 if role is STRANGER else 403


EVERYBODY: frozenset[Role | None] = frozenset({STRANGER, *Role})
ANYBODY = Rule("anybody", EVERYBODY, Within.ALL)
BEARER_OF_A_SECRET = Rule("whoever has the secret", EVERYBODY, Within.LINKED)
"""The address or the body carries a secret; a wrong one is answered 401 or 404 whoever brings it."""

_BOUNDS = {Role.RESIDENT: Within.OWN, Role.VOLUNTEER: Within.OWN, Role.DEPARTMENT: Within.OWN, Role.OPS: Within.ALL}


def rule_for(*roles: Role) -> Rule:
    """The rule of a route for some roles: people have their own, coordinators their area, ops everything."""
    bounds = {_BOUNDS.get(role, Within.AREA) for role in roles}
    within = bounds.pop() if len(bounds) == 1 else Within.OWN
    return Rule(" or ".join(role.value for role in roles), frozenset(roles), within)


def under(rule: Rule) -> Callable[[Marked], Marked]:
    """Say of a dependency, or of a route's function, which rule it holds callers to."""

    def mark(function: Marked) -> Marked:
        function.rule = rule  # type: ignore[attr-defined]
        return function

    return mark


@dataclass(frozen=True)
class Ruled:
    """One route with its rule. ``live``: it answers until its reader leaves."""

    method: str
    path: str
    rule: Rule
    live: bool
    route: Any


class RuleMissing(RuntimeError):
    """A route does not say who it is for, or says two things."""


def ruled_routes(routes: list[BaseRoute]) -> list[Ruled]:
    """Every route an application answers, each with its rule. Raises ``RuleMissing``."""
    found = []
    for context in iter_route_contexts(routes):
        rule = _rule_of(context)
        live = "EventSource" in str(getattr(context, "response_class", ""))
        methods = sorted(set(context.methods or ()) - {"HEAD"})
        found += [Ruled(one, str(context.path_format), rule, live, context) for one in methods]
    return found


def _rule_of(context: Any) -> Rule:
    if not isinstance(context.original_route, APIRoute):  # the framework's own, /openapi.json alone
        rules = {ANYBODY} if context.path_format == "/openapi.json" else set()
    elif own := getattr(context.endpoint, "rule", None):
        rules = {own}
    else:
        rules = set(_marks(context.dependant))
    if len(rules) != 1:
        raise RuleMissing(f"{context.path_format}: {sorted(rule.name for rule in rules)}")
    return rules.pop()


def _marks(dependant: Dependant) -> Iterator[Rule]:
    """The rules of what a route depends on; what a marked dependency is built of is its own affair."""
    for part in dependant.dependencies:
        rule = getattr(part.call, "rule", None)
        if rule is None:
            yield from _marks(part)
        else:
            yield rule
