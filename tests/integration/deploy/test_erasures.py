"""Who was erased after a backup was made stays erased when it is restored, at both services, from the first answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic_settings import BaseSettings

from deploy.verify.audits import audits_are_whole
from deploy.verify.evidence import opened
from services.intake.app import make_app as make_intake
from services.intake.settings import IntakeSettings
from services.matcher.app import Matcher
from services.matcher.app import make_app as make_matcher
from services.matcher.settings import MatcherSettings
from shared.community.definition import Community, load
from shared.contracts.words import Role
from shared.identity.keys import read_key
from shared.identity.tokens import Caller, TokenSigner
from tests.integration.deploy.copied import Place, placed
from tests.integration.intake.running import BODY, START, bearer, client_of
from tests.unit.community import small_county

ROSTER = "volunteer_id,name,phone,kind,home\nv-1,张三,15400000001,retired,east-g1\n"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("county")))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """An empty installation."""
    names = iter(("intake", "matcher", "notifier"))
    async with placed(tmp_path, lambda: f"sqlite+aiosqlite:///{tmp_path / next(names)}.db", "") as made:
        yield made


class Doors:
    """The doors of intake and matcher on the installation's databases as they are now."""

    def __init__(self, place: Place, intake: httpx2.AsyncClient, matcher: httpx2.AsyncClient) -> None:
        self._signer = TokenSigner(read_key(place.installation.keys, "tokens"))
        self.intake, self.matcher = intake, matcher

    def as_(self, role: Role, subject: str, area: str | None = None) -> dict[str, str]:
        """Headers of a caller."""
        return bearer(self._signer.sign(Caller(role, subject, area), timedelta(minutes=5)))

    async def kept(self, order: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """What both services keep: of who ordered, and the volunteer's name."""
        path, token = f"/api/orders/{order['reference']}/personal", bearer(order["tracking_token"])
        resident = await self.intake.get(path, headers=token)
        volunteer = await self.matcher.get("/api/me/personal", headers=self.as_(Role.VOLUNTEER, "v-1"))
        return resident.json()["kept"], volunteer.json()["name"]

    async def arrive(self) -> dict[str, Any]:
        """Somebody orders and withdraws; somebody is on the roster and leaves."""
        order: dict[str, Any] = (await self.intake.post("/api/orders", json=BODY)).json()
        token = bearer(order["tracking_token"])
        ended = await self.intake.post(f"/api/orders/{order['reference']}/cancel", headers=token)
        county, me = self.as_(Role.COORDINATOR, "c-small", "small"), self.as_(Role.VOLUNTEER, "v-1")
        file = {"file": ("roster.csv", ROSTER.encode())}
        known = await self.matcher.post("/api/roster", headers=county, files=file)
        left = await self.matcher.post("/api/me/leave", headers=me, json={"leave": True})
        assert [200, 200, 200] == [ended.status_code, known.status_code, left.status_code]
        return order

    async def erase(self, order: dict[str, Any]) -> None:
        """Both want to be forgotten."""
        path, token = f"/api/orders/{order['reference']}/personal/erase", bearer(order["tracking_token"])
        resident = await self.intake.post(path, headers=token, json={"sure": True})
        me = self.as_(Role.VOLUNTEER, "v-1")
        volunteer = await self.matcher.post("/api/me/erase", headers=me, json={"sure": True})
        assert [200, 200] == [resident.status_code, volunteer.status_code]


@asynccontextmanager
async def started(place: Place, rules: Community) -> AsyncIterator[Doors]:
    """Both services as a start makes them, without a broker."""
    intake = make_intake(settings_of(place, IntakeSettings, "intake"), rules)
    matcher = make_matcher(settings_of(place, MatcherSettings, "matcher"), rules)
    async with (
        intake.router.lifespan_context(intake),
        matcher.router.lifespan_context(matcher),
        client_of(intake) as at_intake,
        client_of(matcher) as at_matcher,
    ):
        yield Doors(place, at_intake, at_matcher)


def settings_of(place: Place, kind: type[BaseSettings], service: str) -> Any:
    """What a service is told about this installation."""
    layout = place.installation.layout
    return kind(
        database_url=place.installation.databases[service],
        keys=layout.keys,
        erasures=layout.erasures,
        clock=f"{START}@1/{time.time()}",
        nats_url="nats://127.0.0.1:1",
    )


async def test_who_was_erased_after_a_backup_stays_erased(
    place: Place, rules: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register lies outside the backup: the first answer after the restore knows nobody. The audits are whole after
    the erasure, and after the restore, which they tell of.
    """
    async with started(place, rules) as doors:
        order = await doors.arrive()
        kept, name = await doors.kept(order)
        assert ("李梅", "张三") == (kept["name"], name)
        await place.back_up()
        await doors.erase(order)
        assert ({}, "") == await doors.kept(order)
    assert [] == await broken(place)
    await place.restore()
    monkeypatch.setattr(Matcher, "settle_in", never)  # it is done before the doors open, not beside them
    async with started(place, rules) as doors:
        assert ({}, "") == await doors.kept(order)
    assert [] == await broken(place)
    assert {"restored", "erased"} <= set(await place.values("matcher", "audit", "what"))


async def never(_matcher: Matcher) -> None:
    """What turns beside the doors has not come to its turn."""
    await asyncio.Event().wait()


async def broken(place: Place) -> list[str]:
    """What is wrong with the audits."""
    async with opened(place.installation.databases) as databases:
        found = await audits_are_whole(databases, place.installation.keys, place.installation.layout.logs)
    return list(found.broken)
