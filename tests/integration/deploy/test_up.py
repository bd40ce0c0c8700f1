"""``paidan up`` for real: three services on a real broker, found by other commands, and all gone at the end."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.community.roster import read_roster_file
from shared.contracts.services import CONSOLE, SERVICES
from tests.integration.deploy.stacks import EVENING, Up, alive, free_port_base, paidan, up
from tests.integration.deploy.visiting import COUNTY, GRID, SERVICE, all_ready, get, place, volunteer_status
from tests.waiting import wait_for


@pytest.fixture(scope="module")
async def county(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Up]:
    """The demonstration county, up for all tests of this module."""
    async with up(tmp_path_factory.mktemp("county") / "data", free_port_base(), "--clock", EVENING) as running:
        yield running


async def test_it_says_where_everything_is_in_one_line(county: Up) -> None:
    """The last line names the four addresses, counted from the port base."""
    base = county.port_base
    expected = {
        "intake": f"http://127.0.0.1:{base + 1}",
        "matcher": f"http://127.0.0.1:{base + 2}",
        "notifier": f"http://127.0.0.1:{base + 3}",
        "nats": f"nats://127.0.0.1:{base + 4}",
    }
    assert expected == county.addresses
    shown = [*(expected[service] for service in SERVICES), f"http://127.0.0.1:{base + 5}"]
    assert [f"{url}/" for url in shown] == [
        line.split()[-1] for line in county.lines if line.endswith("/") and line.startswith("  ")
    ]


async def test_the_tokens_it_suggests_are_let_in(county: Up) -> None:
    """Each command printed for signing in works as printed, and its token is known at its door."""
    doors = {
        "volunteer": f"{county.addresses['matcher']}/api/me",
        "coordinator": f"{county.addresses['matcher']}/api/desk",
        "ops": f"{county.addresses['notifier']}/api/events",
    }
    commands = [line.split()[1:] for line in county.lines if line.startswith("  paidan token ")]
    answers = {}
    for command in commands:
        printed = await paidan(*command)
        role = command[command.index("--role") + 1]
        answers[role] = (await get(doors[role], printed.out.strip())).status_code
    assert {"volunteer": 200, "coordinator": 200, "ops": 200} == answers


async def test_every_service_becomes_ready_with_the_least_permissions(county: Up) -> None:
    """Database, broker, consumers and migrations are in order, and the broker had nothing to refuse."""
    await all_ready(county)
    refused = [
        path.name for path in (county.data / "logs").glob("*.log") if "ermissions violation" in path.read_text().lower()
    ]
    assert [] == refused


async def test_an_order_placed_reaches_a_volunteer_and_the_notifier(county: Up) -> None:
    """The three services hear one another over the broker of the stack."""
    await all_ready(county)
    placed = await place(county.addresses["intake"])
    url = f"{county.addresses['intake']}/api/orders/{placed['reference']}"

    async def on_its_way() -> bool:
        state = (await get(url, placed["tracking_token"])).json()["state"]
        return state in {"offered", "escalated"}

    await wait_for(on_its_way, within=30, what="matcher's answer to the order")
    ops = (await paidan("token", "--role", "ops", "--subject", "o", "--data", str(county.data))).out.strip()

    async def confirmed() -> list[Any]:
        answer = await get(f"{county.addresses['notifier']}/api/notices?order={placed['order_id']}", ops)
        found: list[Any] = answer.json()["items"]
        return found

    kinds = {notice["kind"] for notice in await wait_for(confirmed, within=30, what="a notice of the order")}
    assert "order_placed" in kinds


async def test_the_demonstration_county_has_its_roster(county: Up) -> None:
    """The definition's volunteers are known to matcher, and the progress was told."""
    assert 200 == await volunteer_status(county)
    assert 2 == len([line for line in county.lines if line.startswith("roster: import")])


async def test_stack_json_names_the_living_processes(county: Up) -> None:
    """Other commands find every child by name, and nobody but the owner reads the file."""
    stack = county.stack
    assert "ready" == stack.state
    assert {"nats", CONSOLE, *SERVICES} == set(stack.children)
    assert county.process.pid == stack.supervisor
    assert [] == [pid for pid in stack.children.values() if not alive(pid)]


async def test_a_second_stack_in_the_same_directory_is_refused_in_one_line(county: Up) -> None:
    """The data directory serves one stack; the one that runs is not disturbed."""
    answer = await paidan("up", "--data", str(county.data), "--port-base", str(free_port_base()))
    assert (1, f"paidan: a stack is already running in {county.data}\n") == (answer.code, answer.err)
    assert "ready" == county.stack.state


async def test_a_second_stack_on_the_same_ports_is_refused_in_one_line(county: Up, tmp_path: Path) -> None:
    """A busy port is named, with the way out."""
    answer = await paidan("up", "--data", str(tmp_path / "data"), "--port-base", str(county.port_base))
    expected = f"port {county.port_base + 1} (intake) is already in use; choose another --port-base"
    assert (1, f"paidan: {expected}\n") == (answer.code, answer.err)


@pytest.mark.parametrize("name", ["matcher", "nats"])
async def test_a_child_that_is_killed_comes_back_and_the_loop_goes_on(county: Up, name: str) -> None:
    """kill -9 of a service or of the broker is followed by its restart; all become ready again."""
    before = county.stack.children[name]
    os.kill(before, signal.SIGKILL)

    async def restarted() -> bool:
        return county.stack.children.get(name, before) != before

    await wait_for(restarted, within=30, what=f"{name} to be started again")
    await all_ready(county)
    assert not alive(before)


async def test_orders_are_imported_once_and_refused_rows_are_told(county: Up, tmp_path: Path) -> None:
    """Nothing with a refused row, what can be had with --partial, and a known id is not made again."""
    table, mapping, ledger = (tmp_path / name for name in ("orders.csv", "mapping.json", "ledger.jsonl"))
    table.write_text("id,kind,place,words\n1,tap,yard,it drips\n2,dragon,yard,it smokes\n3,tap,yard,again\n")
    columns = {"service": "kind", "area": "place", "details": "words"}
    words: dict[str, Any] = {"columns": columns, "services": {"tap": SERVICE}, "areas": {"yard": GRID}}
    mapping.write_text(json.dumps(words | {"external_id": "id"}))
    command = ("orders", "import", str(table), "--mapping", str(mapping), "--data", str(county.data))

    whole = await paidan(*command)
    assert (1, "created 0 known 0 refused 1") == (whole.code, whole.out.splitlines()[0])
    assert whole.out.splitlines()[1].startswith("row 3: service: ")

    partial = await paidan(*command, "--partial", "--ledger", str(ledger))
    assert (0, "created 2 known 0 refused 1") == (partial.code, partial.out.splitlines()[0])
    again = await paidan(*command, "--partial", "--ledger", str(ledger))
    assert (0, "created 0 known 2 refused 1") == (again.code, again.out.splitlines()[0])

    seen = [json.loads(line) for line in ledger.read_text().splitlines()]
    urls = [f"{county.addresses['intake']}/api/orders/{order['reference']}" for order in seen]
    states = [(await get(url, order["tracking_token"])).status_code for url, order in zip(urls, seen, strict=True)]
    assert [200, 200] == states


async def test_a_mapping_that_is_none_is_told_by_its_fields(county: Up, tmp_path: Path) -> None:
    """What is wrong with the mapping is listed, one line on standard error, exit 1."""
    table, mapping = tmp_path / "orders.csv", tmp_path / "mapping.json"
    table.write_text("kind,place\ntap,yard\n")
    mapping.write_text('{"columns": {"service": "kind"}, "services": {}}')
    answer = await paidan("orders", "import", str(table), "--mapping", str(mapping), "--data", str(county.data))
    assert (1, ["areas: Please fill this in"]) == (answer.code, answer.out.splitlines())
    assert "paidan: The mapping is not valid\n" == answer.err


async def test_a_roster_with_errors_is_refused_by_row_and_column(county: Up, tmp_path: Path) -> None:
    """Every error is listed, nothing is imported, exit 1; the good roster goes through."""
    assert COUNTY.roster is not None
    heading, first, second = COUNTY.roster.read_text().splitlines()[:3]
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    broken = second.replace(second.split(",")[2], "12345").replace(second.split(",")[6], "nowhere")
    bad.write_text("\n".join([heading, first, broken]))
    good.write_text("\n".join([heading, first, second]))
    refused = await paidan("roster", "import", str(bad), "--data", str(county.data))
    assert 1 == refused.code
    assert {"row 3, phone", "row 3, home"} == {line.split(":")[0] for line in refused.out.splitlines()}
    assert 1 == len(refused.err.splitlines())
    taken = await paidan("roster", "import", str(good), "--data", str(county.data))
    assert (0, "imported 2 volunteers: created 0 updated 2\n") == (taken.code, taken.out)


async def test_the_roster_is_exported_as_it_would_be_imported(county: Up, tmp_path: Path) -> None:
    """CSV and XLSX, readable by their owner alone, never over a file that is there; the workbook has the units."""
    for name in ("roster.csv", "roster.xlsx"):
        file = tmp_path / name
        written = await paidan("roster", "export", str(file), "--data", str(county.data))
        assert (0, 0o600) == (written.code, file.stat().st_mode & 0o777)
        read = read_roster_file(file.read_bytes(), name, COUNTY)
        units = len(COUNTY.units) if name.endswith("xlsx") else 0
        assert (1877, units) == (len(read.volunteers), len(read.units))
        again = await paidan("roster", "export", str(file), "--data", str(county.data))
        assert (1, f"paidan: cannot write {file}: File exists\n") == (again.code, again.err)
    other = await paidan("roster", "export", str(tmp_path / "roster.pdf"), "--data", str(county.data))
    assert (1, f"paidan: {tmp_path / 'roster.pdf'}: the file must be CSV or XLSX\n") == (other.code, other.err)


async def test_state_survives_a_killed_supervisor_and_nothing_is_left_at_the_end(tmp_path: Path) -> None:
    """After kill -9 of the whole stack its data is there; after SIGTERM no child, no stack.json, exit 0."""
    data, base = tmp_path / "data", free_port_base()
    async with up(data, base, "--empty") as first:
        assert 404 == await volunteer_status(first)
        placed = await place(first.addresses["intake"])
        orphans = [*first.stack.children.values()]
        await first.end(signal.SIGKILL)

    async def orphans_gone() -> bool:
        return not any(alive(pid) for pid in orphans)

    await wait_for(orphans_gone, within=30)
    absent = await paidan("roster", "import", "any.csv", "--data", str(data))
    assert (1, f"paidan: no stack is running in {data}; start one with: paidan up --data {data}\n") == (
        absent.code,
        absent.err,
    )
    async with up(data, base, "--clock", "2031-05-01T09:00+08:00@60") as second:
        url = f"{second.addresses['intake']}/api/orders/{placed['reference']}"
        assert 200 == (await get(url, placed["tracking_token"])).status_code
        assert 200 == await volunteer_status(second)
        later = await place(second.addresses["intake"])
        assert datetime.fromisoformat(later["due_at"]) > datetime(2031, 5, 1, 1, tzinfo=UTC)
        children = [*second.stack.children.values()]
        assert 0 == await second.end(signal.SIGTERM)
    assert [] == [pid for pid in children if alive(pid)]
    assert not (data / "stack.json").exists()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_a_stack_told_to_end_while_it_starts_ends_in_good_order(tmp_path: Path, by: signal.Signals) -> None:
    """Ctrl-C or SIGTERM in the middle of the start: exit 0, and no child left."""
    async with up(tmp_path / "data", free_port_base(), wait=False) as starting:

        async def broker_runs() -> int:
            return starting.stack.children.get("nats", 0)

        broker = await wait_for(broker_runs, within=30)
        assert 0 == await starting.end(by)
        assert not alive(broker)
        assert not (tmp_path / "data" / "stack.json").exists()
