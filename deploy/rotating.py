"""A user's key for the broker is changed while everything runs: first both let in, then the new one taken, then the
old one given up.

Each step can be repeated: a change that was interrupted goes on where it was with the same command. The servers read
their list of users again when the system's user asks them to; no connection is lost by that, and none is refused
before nobody uses the old key any more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from nats.errors import Error as NatsError

from deploy.broker import come_in, write_users
from deploy.permissions import SYSTEM
from deploy.problems import StackProblem
from deploy.seeds import OWNERS, Seeds
from deploy.servers import Servers
from shared.contracts.refusal import Unavailable
from shared.contracts.services import CONSOLE, SERVICES
from shared.messaging.entering import Entrance

WITHIN_SECONDS = 60.0
LOOK_SECONDS = 0.5

Bring = Callable[[], None]
"""Takes the files to the machines where they are read; raises ``StackProblem``."""


def _here() -> None:
    """Everything is read where it is written."""


@dataclass(frozen=True)
class Guarded:
    """A broker whose list of users lies in a file: ``servers`` to be asked, and ``bring`` for what lies elsewhere.

    ``entrance`` says how any user comes in; its seed is replaced by the one of who does.
    """

    seeds: Seeds
    users: Path
    entrance: Entrance
    bring: Bring = field(default=_here)

    def as_user(self, user: str, seed: Path | None = None) -> Entrance:
        """How this user comes in."""
        return replace(self.entrance, seed=seed or self.seeds.path(user))


async def rotate(broker: Guarded, user: str, within: float = WITHIN_SECONDS) -> str:
    """Change one user's key; the new public key. ``within`` seconds its service has to come in with the new one.

    Raises ``StackProblem``: until then both keys are good, and the command may be repeated.
    """
    if user not in OWNERS:
        raise StackProblem(f"the broker has no user {user}; there are {', '.join(OWNERS)}")
    seeds = broker.seeds
    if seeds.last(user) is None:
        seeds.prepare(user)
        await _admit(broker, user)
        seeds.take(user)
        broker.bring()
    await _until_left(broker, user, within)
    await _shut_out(broker, user)
    return seeds.public_key(user)


async def _admit(broker: Guarded, user: str) -> None:
    """Let the next key in too, and see that every server does."""
    await _tell_servers(broker)
    next_one = broker.as_user(user, broker.seeds.next_path(user))
    for server in next_one.servers:
        try:
            await (await come_in(replace(next_one, url=server), user)).close()
        except (NatsError, OSError, TimeoutError, Unavailable) as error:
            raise StackProblem(
                f"{server} does not let the new key of {user} in: {error}; is its {broker.users.name} the one written?"
            ) from error


async def _until_left(broker: Guarded, user: str, within: float) -> None:
    """Wait until no connection of a service has the key it leaves. What commands do is over soon, and begun anew."""
    last = broker.seeds.last(user)
    deadline = time.monotonic() + within
    while user in (*SERVICES, CONSOLE):
        async with _servers(broker) as servers:
            left = sum(connection.get("authorized_user") == last for connection in await servers.connections())
        if not left:
            return
        if time.monotonic() > deadline:
            raise StackProblem(
                f"{left} connections of {user} still have the old key after {within:g} s; both are good until you run"
                f" this again. Does the service read {broker.seeds.path(user).name}?"
            )
        await asyncio.sleep(LOOK_SECONDS)


async def _shut_out(broker: Guarded, user: str) -> None:
    broker.seeds.give_up(user)
    await _tell_servers(broker)


async def _tell_servers(broker: Guarded) -> None:
    write_users(broker.users, broker.seeds)
    broker.bring()
    async with _servers(broker) as servers:
        await servers.reload()


@asynccontextmanager
async def _servers(broker: Guarded) -> AsyncIterator[Servers]:
    entrance = broker.as_user(SYSTEM)
    try:
        connection = await come_in(entrance, SYSTEM)
    except (NatsError, OSError, TimeoutError, Unavailable) as error:
        raise StackProblem(f"the broker does not let {SYSTEM} in: {error or type(error).__name__}") from error
    try:
        yield Servers(connection, len(entrance.servers))
    finally:
        await connection.close()
