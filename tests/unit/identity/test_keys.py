"""The installation's key files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from shared.identity.keys import NAMES, KeyMissing, create_keys, read_key


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    """Each name gets its own key, readable by nobody else, and a second call changes none of them."""
    directory = tmp_path / "keys"
    create_keys(directory)
    first = {name: read_key(directory, name) for name in NAMES}
    create_keys(directory)
    assert first == {name: read_key(directory, name) for name in NAMES}
    assert len(NAMES) == len(set(first.values()))
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert 0o700 == stat.S_IMODE(directory.stat().st_mode)
    assert {32} == {len(key) for key in first.values()}


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """A service without its key says which file it looked for."""
    with pytest.raises(KeyMissing, match=r"tokens\.key"):
        read_key(tmp_path, "tokens")


@pytest.mark.parametrize("text", ["", "abcd", "not hex at all", "ab" * 31])
def test_a_broken_key_is_refused(tmp_path: Path, text: str) -> None:
    """An empty, short or garbled key never silently becomes a weak one."""
    (tmp_path / "tokens.key").write_text(text)
    with pytest.raises(KeyMissing, match=r"tokens\.key"):
        read_key(tmp_path, "tokens")
