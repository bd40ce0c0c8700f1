"""Restores: what was at the cut is back, what was there is kept, and nothing starts on half of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import nats
import pytest

from deploy.backup.choosing import choose
from deploy.backup.epochs import read_epochs
from deploy.backup.keys import fingerprints
from deploy.backup.restoring import restore_keys
from deploy.backup.unfinished import ensure_finished, ensure_keys
from deploy.problems import StackProblem
from deploy.verify.ledger import Promise
from shared.contracts.envelope import to_headers
from shared.identity.keys import create_keys
from tests.databases import DATABASES
from tests.integration.deploy.copied import AT, Place, placed
from tests.integration.deploy.spoiling import GRID, kill_in, order, reported, spoil, use
from tests.servers import NatsServer, PostgresServer


@pytest.fixture(params=DATABASES)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """An empty installation on each kind of database."""
    if request.param == "sqlite":
        async with placed(tmp_path, lambda: f"sqlite+aiosqlite:///{tmp_path / secrets.token_hex(4)}.db", "") as made:
            yield made
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    async with placed(tmp_path, lambda: server.create(f"copied_{secrets.token_hex(4)}"), str(server.programs)) as made:
        yield made


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[Place]:
    """An empty installation on SQLite, for what is the same on both."""
    async with placed(tmp_path, lambda: f"sqlite+aiosqlite:///{tmp_path / secrets.token_hex(4)}.db", "") as made:
        yield made


async def test_what_was_at_the_cut_is_back_and_what_was_there_is_kept(place: Place) -> None:
    """Rows and keys are those of the backup; what came later is aside, and in the report, with nothing lost between.

    Also what a restored database must not say any more: sessions, one-time codes, what was never attempted.
    """
    await order(place, 1)
    await place.write("intake", "sessions")
    await place.write("notifier", "orders", order_id="o-1")
    for number, attempts in ((1, 0), (2, 3)):
        await place.write("notifier", "notices", notice_id=f"n-{number}", order_id="o-1", kind=f"k-{number}")
        waiting = {"delivery_id": f"d-{number}", "notice_id": f"n-{number}", "state": "waiting"}
        await place.write("notifier", "deliveries", **waiting, attempts=attempts)
    made = await place.back_up()
    await order(place, 2)
    await place.tell("matcher", "m-1", about="o-1", name="leg_assigned", version=1)
    claimed = {"post_id": "p-1", "area": GRID, "volunteer_id": "v-1", "at": AT.isoformat()}
    await place.tell("matcher", "m-2", about="p-1", name="post_claimed", **claimed)

    restored = await place.restore()
    assert ["R-1"] == list(await place.values("intake", "orders", "reference"))
    assert [] == list(await place.values("intake", "sessions", "token_hash"))
    assert [1, 3] == list(await place.values("notifier", "deliveries", "attempts"))
    assert [None] == list(await place.values("intake", "outbox", "sent_at"))
    (epoch,) = read_epochs(place.installation.layout.data)
    assert (restored.epoch, made.manifest.backup_id, made.manifest.cut_at) == (epoch, epoch.backup_id, epoch.cut_at)

    report = await reported(place, restored, Promise("o-1", "R-1"), Promise("o-2", "R-2"), Promise("o-3", "R-3"))
    assert [("R-2", GRID, AT), ("R-3", None, None)] == [
        (one.reference, one.grid, one.placed_at) for one in report.unknown
    ]
    assert [("R-1", ("matcher.leg_assigned",))] == [(one.reference, tuple(one.facts)) for one in report.gone_on]
    assert ["post", "unknown", "unknown", "gone_on"] == sorted(
        (line.what for line in report.lines), key=["post", "unknown", "gone_on"].index
    )
    page = report.write(restored.aside).read_text()
    assert "2 orders are not known any more, 1 had gone on, 1 posts were claimed or released" in page
    lines = [json.loads(line) for line in (restored.aside / "report.jsonl").read_text().splitlines()]
    assert {"R-2", "R-3", "R-1", None} == {line.get("reference") for line in lines}

    again = await place.back_up()
    assert (epoch,) == again.manifest.epochs


@pytest.mark.parametrize("killed_in", ["put_aside", "put_in"])
async def test_a_restore_that_is_killed_goes_on_where_it_was(
    place: Place, monkeypatch: pytest.MonkeyPatch, killed_in: str
) -> None:
    """Until it has ended no stack starts; the same command ends it, and the first database is still kept aside."""
    await order(place, 1)
    await place.back_up()
    await order(place, 2)
    with monkeypatch.context() as broken:
        kill_in(broken, killed_in)
        with pytest.raises(KeyboardInterrupt):
            await place.restore()
    with pytest.raises(StackProblem, match="did not end; run it again"):
        ensure_finished(place.installation.layout)

    restored = await place.restore(force=False)
    ensure_finished(place.installation.layout)
    assert ["R-1"] == list(await place.values("intake", "orders", "reference"))
    assert ["R-2"] == [one.reference for one in (await reported(place, restored)).unknown]


async def test_nothing_is_replaced_unasked_nor_while_it_is_used(place: Place) -> None:
    """Without --force, and while anybody else has a database, a line says why not, and nothing is touched."""
    await order(place, 1)
    await place.back_up()
    await order(place, 2)
    with pytest.raises(StackProblem, match=r"there is already intake, matcher, notifier; with --force"):
        await place.restore(force=False)
    await use(place)
    assert ["R-1", "R-2"] == list(await place.values("intake", "orders", "reference"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("file", "the copy of intake is not the one that was made"),
        ("revision", "the copy of matcher has schema 9999, which this version does not know"),
        ("kind", "the copy of intake is of postgresql, its database is of sqlite"),
        ("format", r"cannot be read by this version: format"),
        ("keys", "the keys in .* do not belong to this backup: intake-vault, matcher-vault"),
        ("no keys", "there are no keys of a backup in"),
    ],
)
async def test_a_backup_that_is_not_what_was_made_is_refused(files: Place, change: str, told: str) -> None:
    """Before anything is touched: changed files, schemas of a later version, another kind, keys of somebody else."""
    await order(files, 1)
    made = await files.back_up()
    spoil(files, made.folder, change)
    with pytest.raises(StackProblem, match=told):
        await files.restore()
    assert ["R-1"] == list(await files.values("intake", "orders", "reference"))
    ensure_finished(files.installation.layout)


async def test_a_lost_vault_key_comes_back_alone(files: Place) -> None:
    """A stack whose key is gone does not start with a new one; the backup's opens what was sealed, another does not."""
    layout = files.installation.layout
    await order(files, 1)
    sealed = files.vault.seal("o-1", "王")
    await files.write("intake", "contacts", order_id="o-1", sealed=sealed, phone_print=None)
    await files.back_up()
    layout.nats_users.mkdir(parents=True)
    (layout.nats_users / "operator.key").touch()
    ensure_keys(layout)
    (layout.keys / "intake-vault.key").unlink()
    with pytest.raises(
        StackProblem, match="has lost intake-vault; bring them back with: paidan restore DIR --only keys"
    ):
        ensure_keys(layout)

    chosen = choose(files.shelf.databases, None)
    other = files.shelf.keys / "other"
    create_keys(other)
    (other / "fingerprints.json").write_text(json.dumps(dict(fingerprints(other))))
    with pytest.raises(StackProblem, match="there are other keys"):
        await restore_keys(files.installation, replace(chosen, keys=other), force=False)
    with pytest.raises(StackProblem, match="does not open what intake has sealed"):
        await restore_keys(files.installation, replace(chosen, keys=other), force=True)
    said = await restore_keys(files.installation, chosen, force=False)
    assert "they opened 1 sealed rows" in said
    ensure_keys(layout)
    assert "王" == files.vault.open("o-1", sealed)


async def test_databases_alone_want_the_keys_there_are(files: Place) -> None:
    """Restoring without keys is refused where those that are there are not the backup's."""
    await order(files, 1)
    await files.back_up()
    await files.restore(with_keys=False)
    for key in files.installation.keys.glob("*.key"):
        key.unlink()
    create_keys(files.installation.keys)
    with pytest.raises(StackProblem, match="do not belong to this backup"):
        await files.restore(with_keys=False)


async def test_old_streams_tell_what_no_old_database_tells(files: Place) -> None:
    """Where the old databases are gone, the broker's store is read: facts that were restored are none of the report's,
    and what is no fact at all is nobody's loss.
    """
    await order(files, 1)
    await files.back_up()
    with NatsServer(files.installation.layout.nats_store.parent) as server:
        client = await nats.connect(server.url)
        js = client.jetstream()
        await js.add_stream(name="INTAKE", subjects=["intake.>"])
        await js.publish("intake.order_placed.v1._.x", b"poison", headers={"ce-id": "x"})
        for number in (1, 2):
            body = {"reference": f"R-{number}", "service": "pipe_leak", "grid": GRID, "placed_at": AT.isoformat()}
            headers = to_headers("paidan.intake.order_placed.v1", f"o-{number}", event_id=f"i-{number}", time=AT)
            await js.publish(f"intake.order_placed.v1._.o-{number}", json.dumps(body).encode(), headers=headers)
        await client.close()
    restored = await files.restore()
    assert not files.installation.layout.nats_store.exists()

    gone = replace(restored, kept={"streams": restored.kept["streams"]})
    report = await reported(files, gone)
    assert [("R-2", GRID)] == [(one.reference, one.grid) for one in report.unknown]
    services = ("intake", "matcher", "notifier")
    assert [f"there was no old database of {service}" for service in services] == list(report.unreadable)
