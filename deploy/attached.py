"""Attaching to a stack that runs: its addresses, and tokens in the name of people and of the county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from deploy.layout import Layout
from deploy.permissions import OPERATOR
from deploy.problems import StackProblem
from deploy.seeds import Seeds
from deploy.stack_file import Stack, running_stack
from shared.community.definition import Community, DefinitionInvalid, load
from shared.contracts.words import Role
from shared.identity.access_book import MOST_TTL, AccessBook
from shared.identity.keys import KeyMissing, read_key
from shared.identity.tokens import Caller, TokenSigner
from shared.messaging.entering import Entrance

COMMAND_TTL = timedelta(minutes=15)
"""How long a token lives that a command signs for its own requests."""


@dataclass(frozen=True)
class Attached:
    """A running stack and its data directory. Made by ``attach``."""

    layout: Layout
    stack: Stack

    def url(self, service: str) -> str:
        """Where a service answers."""
        return self.stack.addresses[service]

    def entrance(self, user: str = OPERATOR) -> Entrance:
        """How the operator, or another user, comes in at the stack's broker."""
        return Entrance(self.url("nats"), seed=Seeds(self.layout.nats_users).path(user))

    def county_token(self) -> str:
        """A short token of the coordinator of the whole area tree, in whose name operators import."""
        return sign(self.layout, county_coordinator(load_definition(self.stack.definition)), COMMAND_TTL)


def attach(data: Path) -> Attached:
    """The stack running in a data directory. Raises ``StackProblem`` when there is none."""
    layout = Layout.at(data)
    return Attached(layout, running_stack(layout.stack_file, layout.lock))


def signer_of(layout: Layout) -> TokenSigner:
    """Whoever signs this installation's tokens. Raises ``StackProblem`` while the data directory has no keys."""
    try:
        key = read_key(layout.keys, "tokens")
    except KeyMissing:
        raise StackProblem(
            f"no stack was ever started in {layout.data}; start one with: paidan up --data {layout.data}"
        ) from None
    return TokenSigner(key, AccessBook(layout.keys))


def sign(layout: Layout, caller: Caller, ttl: timedelta) -> str:
    """A signed token. Raises ``StackProblem`` while the data directory has no keys, and for more than ``MOST_TTL``."""
    if ttl > MOST_TTL:
        raise StackProblem(f"a token lives {MOST_TTL.days} days at most; print another one then")
    return signer_of(layout).sign(caller, ttl)


def load_definition(path: Path) -> Community:
    """A community's definition. Raises ``StackProblem`` with everything that is wrong with it."""
    try:
        return load(path)
    except DefinitionInvalid as error:
        faults = "".join(f"\n  {fault}" for fault in error.faults)
        raise StackProblem(f"the definition {path} is not valid:{faults}") from None
    except OSError as error:
        raise StackProblem(f"cannot read the definition {path}: {error.strerror}") from None


def county_coordinator(community: Community) -> Caller:
    """Who answers for the whole tree of areas."""
    top = community.areas.root.code
    return Caller(Role.COORDINATOR, community.ladder.by_area[top].coordinator_id, top)
