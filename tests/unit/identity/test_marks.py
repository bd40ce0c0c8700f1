"""Marks of people: equal for one person, useless for anybody without the key."""

from __future__ import annotations

import pytest

from shared.identity.marks import Marks

KEY = bytes(range(32))


@pytest.mark.parametrize("written", ["Wang Li", " wang  li ", "WANG LI", "ＷａｎｇＬｉ", "wang\u3000li"])
def test_a_name_has_one_mark_however_it_is_written(written: str) -> None:
    """Spaces, width and capitals say nothing about who somebody is."""
    marks = Marks(KEY)
    assert marks.of_name("Wang Li") == marks.of_name(written)


def test_a_mark_tells_people_kinds_and_installations_apart() -> None:
    """Another name, the same text as a phone, or another key make another mark; each has 64 hex digits."""
    marks, elsewhere = Marks(KEY), Marks(bytes(32))
    text = "+8615400000001"
    made = [marks.of_name(text), marks.of_phone(text), marks.of_phone("+8615400000002"), elsewhere.of_phone(text)]
    assert (4, {64}) == (len(set(made)), {len(mark) for mark in made})
    assert all(int(mark, 16) for mark in made)
