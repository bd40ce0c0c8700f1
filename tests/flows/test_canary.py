"""Words planted in every personal field stand nowhere outside the vault, whatever became of the order."""

from __future__ import annotations

from deploy.attached import Attached
from deploy.demo.doors import Doors
from shared.contracts.words import Role
from tests.canary.planting import Planting, serve_with_words
from tests.canary.searching import files_below, in_bytes, in_doors, in_tables, whatever_is_found
from tests.canary.staffing import decide_with_words
from tests.canary.words import Canaries
from tests.flows.visitors import visiting

ELSEWHERE = "shanguang-g1"
"""A grid of its own: in that of the other flows people are asked as often as they agreed to be."""


async def test_no_canary_leaves_the_vault(stack: Attached, doors: Doors) -> None:
    """Not in the streams' files, logs, databases, metrics, lists and exports of who may not see people."""
    async with visiting(stack) as visitor:
        planting = await Planting.at(visitor, doors, ELSEWHERE)
        await serve_with_words(planting)
        await decide_with_words(planting)
        tokens = ("", doors.as_caller(Role.OPS, "ops"), doors.as_caller(Role.VOLUNTEER, "v-0001"))
        assert [] == await whatever_is_found(stack)
        places = [*await in_tables(visitor), *await in_doors(visitor, tokens)]
        for service in ("intake", "matcher"):
            await visitor.write(service, "DELETE FROM codes")
    assert set() == planting.unplanted, "fields of free text in which no word was planted"
    assert [] == in_bytes(
        planting.canaries.words, [*files_below(stack.layout.data, frozenset({"notices.jsonl"})), *places]
    )


def test_a_word_is_found_in_any_form() -> None:
    """As it is, escaped, in base64 and in hex; the search itself can fail."""
    canaries = Canaries()
    word = canaries.word("name")
    han = word.split()[0]
    forms = [word, han.encode("unicode_escape").decode(), han.encode().hex()]
    places = [(str(number), f"x{form}x".encode()) for number, form in enumerate(forms)]
    assert ["0: name", "1: name", "2: name"] == in_bytes(canaries.words, [*places, ("3", b"nothing")])
