"""Backups: one moment of three databases, whole or not there, with keys that open what is in them."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from deploy.backup import backing_up
from deploy.backup.cutting import cut
from deploy.backup.manifest import Manifest
from deploy.backup.shelf import Shelf
from deploy.backup.source import Source
from deploy.problems import StackProblem
from shared.identity.keys import create_keys
from shared.persistence.vault import Vault
from tests.databases import DATABASES
from tests.integration.deploy.copied import MANNER, Place, effects_without_causes, file_of, placed, table, traffic
from tests.servers import PostgresServer
from tests.waiting import wait_for

CUTS = 8
CONTACT = {"order_id": "o-1", "phone_print": None}


@pytest.fixture(scope="module", params=DATABASES)
async def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """An installation on each kind of database; the tests use it one after another."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        async with placed(folder, lambda: f"sqlite+aiosqlite:///{folder / secrets.token_hex(4)}.db", "") as made:
            yield made
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    async with placed(folder, lambda: server.create(f"copied_{secrets.token_hex(4)}"), str(server.programs)) as made:
        yield made


async def opened(place: Place, given: AsyncExitStack) -> list[Source]:
    """The databases as sources, given back with the stack."""
    sources = list(place.installation.sources())
    for source in sources:
        given.push_async_callback(source.close)
        await source.open()
    return sources


async def test_a_cut_has_the_cause_of_everything_it_has(place: Place) -> None:
    """Under load no view has heard what another's view has not told, and writers are held for less than was allowed."""
    async with traffic(place):
        for _ in range(CUTS):
            async with AsyncExitStack() as given:
                sources = await opened(place, given)
                moment = await cut(sources, MANNER.hold_seconds, MANNER.lock_seconds)
                assert [] == await effects_without_causes(sources)
                assert moment.held_seconds < 2 * MANNER.hold_seconds


async def test_views_taken_one_after_the_other_would_be_seen(place: Place) -> None:
    """The check can fail: without holding the writers, the later view has heard what the earlier has not told."""
    async with traffic(place), AsyncExitStack() as given:
        sources = await opened(place, given)
        await sources[0].freeze()
        told = {row[0] for row in await sources[0].read("SELECT event_id FROM outbox")}

        async def heard_meanwhile() -> bool:
            heard = await place.values("notifier", "inbox", "event_id")
            return bool({one for one in heard if one.startswith("i-")} - told)

        await wait_for(heard_meanwhile, what="a fact told after the first view")
        for source in sources[1:]:
            await source.freeze()
        assert await effects_without_causes(sources)


async def test_the_copy_is_the_view_of_the_cut_although_writers_go_on(place: Place) -> None:
    """What is restored is everything up to where the manifest says, and nothing that was committed while it was copied.

    Positions have gaps: what is rolled back, as when a writer is stopped, keeps the number it drew.
    """
    async with traffic(place):
        made = await place.back_up()
        last = made.manifest.databases["intake"].position

        async def gone_on() -> bool:
            return bool((await place.values("intake", "outbox", "position"))[-1] > last)

        await wait_for(gone_on, what="commits after the cut")
    told = {service: await place.values(service, "outbox", "position") for service in ("intake", "matcher")}
    await place.restore()
    for service, positions in told.items():
        position = made.manifest.databases[service].position
        assert position in positions
        assert [one for one in positions if one <= position] == await place.values(service, "outbox", "position")
    async with AsyncExitStack() as given:
        sources = await opened(place, given)
        for source in sources:
            await source.freeze()
        assert [] == await effects_without_causes(sources)


async def test_a_writer_that_does_not_let_go_holds_up_nobody_else(place: Place) -> None:
    """The backup fails with a line that says so, nothing is left of it, and the other services go on writing."""
    async with place.databases["matcher"].writing() as session:
        await session.execute(delete(table("matcher", "inbox")))
        with pytest.raises(StackProblem, match="could not be held at one moment"):
            await place.back_up(replace(MANNER, hold_seconds=0.05, lock_seconds=0.2))
        await place.tell("intake", "i-told-meanwhile")
    assert [] == list(place.shelf.databases.glob(".*.part"))


async def test_keys_lie_apart_and_open_what_was_sealed(place: Place, tmp_path: Path) -> None:
    """The keys are not beside the databases; a key that opens nothing of what is sealed makes no backup."""
    await place.write("intake", "orders", order_id="o-1")
    await place.write("intake", "contacts", sealed=place.vault.seal("o-1", "王"), **CONTACT)
    made = await place.back_up()
    assert [] == sorted(made.folder.rglob("*.key"))
    assert (place.shelf.keys / made.folder.name / "intake-vault.key").exists()
    assert [0o700, 0o700] == [path.stat().st_mode & 0o777 for path in (place.shelf.keys, made.folder)]

    other = tmp_path / "other"
    create_keys(other)
    with pytest.raises(StackProblem, match=r"intake-vault .* does not open what intake has sealed"):
        await replace(place, installation=replace(place.installation, keys=other)).back_up()
    assert made.folder == place.shelf.backups()[-1]


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[Place]:
    """An installation on SQLite, for what is the same on both."""
    names = iter(("intake", "matcher", "notifier"))
    async with placed(tmp_path, lambda: f"sqlite+aiosqlite:///{tmp_path / next(names)}.db", "") as made:
        yield made


def test_keys_in_the_folder_of_the_databases_are_refused(tmp_path: Path) -> None:
    """Whoever carries one away must not have the other."""
    with pytest.raises(StackProblem, match="keys must lie apart"):
        Shelf(tmp_path / "backups", tmp_path / "backups" / "keys")


@pytest.mark.parametrize("step", ["_copy", "_manifest"])
async def test_a_backup_that_breaks_off_is_none(files: Place, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Where the disk is full in the middle, a line says so, nothing is left, and the next backup is whole."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(backing_up, step, full)
        with pytest.raises(StackProblem, match="the backup failed: No space left on device"):
            await files.back_up()
    assert [] == [path.name for path in files.shelf.databases.iterdir() if path.name != ".lock"]
    await files.tell("intake", "i-1")
    assert 1 == (await files.back_up()).manifest.databases["intake"].position


async def test_what_a_killed_backup_left_is_no_backup_and_is_cleared_away(files: Place) -> None:
    """A folder without its name is not looked at; the next backup removes it."""
    part = files.shelf.databases / ".20261122T110000.000Z.part"
    part.mkdir(parents=True)
    (part / "manifest.json").write_text("{}")
    assert [] == list(files.shelf.backups())
    await files.back_up()
    assert not part.exists()


async def test_a_disk_without_room_is_refused_before_anything_is_written(files: Place) -> None:
    """What must stay free for others stays free."""
    with pytest.raises(StackProblem, match="MB left; needed are"):
        await files.back_up(replace(MANNER, reserve=1 << 60))
    assert [] == list(files.shelf.backups())


async def test_the_newest_are_kept_with_their_keys(files: Place) -> None:
    """Older ones go, databases and keys alike; folders of other names stay."""
    (files.shelf.databases / "mine").mkdir(parents=True)
    made = [await files.back_up() for _ in range(2)]
    last = await files.back_up(replace(MANNER, keep=2))
    assert [made[0].folder.name] == last.removed
    expected = [made[1].folder.name, last.folder.name]
    assert expected == sorted(path.name for path in files.shelf.keys.iterdir())
    assert [".lock", *expected, "mine"] == sorted(path.name for path in files.shelf.databases.iterdir())


async def test_two_backups_do_not_meet(files: Place) -> None:
    """A second one to the same folder is refused while the first is under way."""
    with files.shelf.taken(), pytest.raises(StackProblem, match=r"another backup .* is under way"):
        await files.back_up()


async def test_a_damaged_database_is_not_copied_in_silence(files: Place) -> None:
    """Bytes that SQLite cannot have written make the backup fail: it would replace a good one."""
    for number in range(200):
        await files.tell("intake", f"i-{number}")
    await files.databases["intake"].close()
    file = file_of(files.installation.databases["intake"])
    size = file.stat().st_size
    with file.open("r+b") as broken:
        broken.seek(size // 2)
        broken.write(b"\xff" * (size // 4))
    with pytest.raises(StackProblem, match="intake"):
        await files.back_up()
    assert [] == list(files.shelf.backups())


async def test_the_manifest_tells_what_a_restore_has_to_know(files: Place) -> None:
    """Schema, place in the outbox, sizes and checksums; of the keys nothing that could be used as one."""
    await files.tell("matcher", "m-1")
    made = await files.back_up()
    told = Manifest.read(made.folder)
    assert made.manifest == told
    assert ("m-1", 1) == (told.databases["matcher"].event_id, told.databases["matcher"].position)
    told.ensure_whole(made.folder)
    text = json.dumps(told.model_dump(mode="json"))
    keys = [path.read_text() for path in files.installation.keys.glob("*.key")]
    assert [] == [key for key in keys if key in text]
    assert Vault(bytes.fromhex(keys[0])).fingerprint("x") not in text
