"""A changed definition of the community is a row of the audit; a start with the same one is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shared.community.digesting import digest_of
from tests.integration.notifier.running import Place
from tests.unit.community import small_county

EDITED = "SELECT role, subject, field, reason FROM audit WHERE what = 'edited' ORDER BY sequence"


async def test_a_changed_definition_is_noted_once_with_source_and_digest(place: Place, tmp_path: Path) -> None:
    """The first, then none for the same, then one for another line in a table beside the file."""
    (tmp_path / "followed").mkdir()
    source = small_county.write(tmp_path / "followed")
    here = replace(place, settings=place.settings.model_copy(update={"definition": source}))

    async def start() -> str | None:
        async with here.writing() as notifier:
            await notifier.definition_noted.note()
        return digest_of(source)

    first = [await start(), await start()]
    table = source.parent / "coordinators.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    second = await start()
    rows = [("system", source.name, "definition", digest) for digest in (first[0], second)]
    assert (rows, True) == (await place.rows(EDITED), first[0] == first[1] != second)
