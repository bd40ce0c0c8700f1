"""Bodies that two releases wrote down: what both know has to agree, and one release writes the same text again."""

from __future__ import annotations

import pytest

from deploy.verify.rereading import _differ


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ('{"a":1}', '{"a":1}', False),
        ('{"a":1}', '{"a":1,"later":"said"}', False),
        ('{"a":1}', '{"a":2,"later":"said"}', True),
        ('{"a":1}', '{"a":1} ', True),
    ],
)
def test_a_field_that_only_one_release_knows_is_no_difference(one: str, other: str, differ: bool) -> None:
    """Any other change of a body is."""
    assert differ == _differ("body", one, other)
