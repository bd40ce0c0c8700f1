"""Operators' accounts: what opens one, and what the file knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.identity.operators import LEAST, NAME, OperatorRefused, Operators

RIGHT = "correct horse battery"
OTHER = "another long password"


def test_a_password_opens_its_own_account_alone(tmp_path: Path) -> None:
    """Neither another's password nor an unknown name opens anything; a change holds at once, and an end as well."""
    operators = Operators(tmp_path)
    operators.add("ops-1", RIGHT)
    operators.add("ops-2", OTHER)
    tried = [("ops-1", RIGHT), ("ops-1", OTHER), ("ops-3", RIGHT), ("ops-1", "x" * 2000)]
    assert [True, False, False, False] == [operators.accepts(*one) for one in tried]
    Operators(tmp_path).change("ops-1", OTHER)
    assert [False, True] == [operators.accepts("ops-1", one) for one in (RIGHT, OTHER)]
    operators.remove("ops-1")
    assert (False, ["ops-2"]) == (operators.accepts("ops-1", OTHER), operators.names())


def test_the_file_has_salted_hashes_and_is_its_owners(tmp_path: Path) -> None:
    """The same password twice is two hashes, and nobody else reads the file."""
    operators = Operators(tmp_path)
    operators.add("ops-1", RIGHT)
    operators.add("ops-2", RIGHT)
    file = tmp_path / NAME
    kept = file.read_text()
    assert (2, False, 0o600) == (
        kept.count("$argon2id$v=19$m=19456,t=2,p=1$"),
        RIGHT in kept,
        file.stat().st_mode & 0o777,
    )
    first, second = kept.split("$argon2id")[1:]
    assert first.partition('"')[0] != second.partition('"')[0]


@pytest.mark.parametrize(
    ("name", "password"),
    [("ops-1", RIGHT), ("Wang Fang", RIGHT), ("", RIGHT), ("ops-2", "x" * (LEAST - 1)), ("ops-2", "x" * 257)],
)
def test_what_is_no_account_is_refused(tmp_path: Path, name: str, password: str) -> None:
    """A name that is taken or no id, a password too short or too long: nothing changes."""
    operators = Operators(tmp_path)
    operators.add("ops-1", RIGHT)
    with pytest.raises(OperatorRefused):
        operators.add(name, password)
    assert ["ops-1"] == operators.names()
