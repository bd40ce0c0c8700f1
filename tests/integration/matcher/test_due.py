"""What the clocks ask of the database, at every pause: answered from the front of an index."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event

from services.matcher.models.states import CLOCKED_ROWS
from services.matcher.policies.lifecycle import CLOCKED
from services.matcher.queries.due import DueQueries
from tests.integration.matcher.stage import Stage, volunteer

MEDIATION = "mediation-maoling-east"


def test_the_index_has_the_states_whose_clock_runs() -> None:
    """The words of the index and the policy are the same states."""
    assert {state.value for state in CLOCKED} == set(CLOCKED_ROWS.values)


async def test_the_next_clock_is_one_statement_without_a_scan(stage: Stage) -> None:
    """An order's own clock while nobody is asked, the offer's as soon as somebody is; SQLite names its indexes."""
    due = DueQueries(stage.database)
    assert await due.following() is None
    await stage.enrol(volunteer("v-1", MEDIATION))
    await stage.place()
    statements: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    async with stage.database.reading() as session:
        reading = (await session.connection()).sync_connection.engine  # type: ignore[union-attr]  # it is connected
    event.listen(reading, "before_cursor_execute", note)
    following = await due.following()
    event.remove(reading, "before_cursor_execute", note)
    assert stage.now + timedelta(minutes=30) == following
    ((statement, parameters),) = statements
    if stage.database.is_sqlite:
        async with stage.database.reading() as session:
            connection = await session.connection()
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]  # as sent
            steps = [row[-1] for row in plan]
        reads = [step for step in steps if step.startswith(("SCAN", "SEARCH")) and "CONSTANT" not in step]
        assert (6, []) == (len(reads), [step for step in reads if "INDEX" not in step])
