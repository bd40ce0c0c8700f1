"""Sealing of personal columns."""

from __future__ import annotations

import pytest

from shared.persistence.vault import SealBroken, Vault

KEY = bytes(range(32))
ORDER = "0197-order"
TEXT = "6栋2单元301，水管漏水"


@pytest.fixture
def vault() -> Vault:
    return Vault(KEY)


def test_a_sealed_text_opens_for_its_subject(vault: Vault) -> None:
    """What was sealed for a subject is what opens for that subject."""
    assert TEXT == vault.open(ORDER, vault.seal(ORDER, TEXT))


def test_a_sealed_text_does_not_open_for_another_subject(vault: Vault) -> None:
    """A row copied under another person's id stays closed."""
    sealed = vault.seal(ORDER, TEXT)
    with pytest.raises(SealBroken):
        vault.open("0197-other", sealed)


def test_a_sealed_text_does_not_open_under_another_key(vault: Vault) -> None:
    """A copy of the database without the key tells nothing."""
    with pytest.raises(SealBroken):
        Vault(bytes(32)).open(ORDER, vault.seal(ORDER, TEXT))


@pytest.mark.parametrize("position", [0, 1, 12, 13, -1])
def test_a_tampered_text_does_not_open(vault: Vault, position: int) -> None:
    """One flipped bit in the scheme, the nonce, the text or the tag is noticed."""
    sealed = bytearray(vault.seal(ORDER, TEXT))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        vault.open(ORDER, bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 5, 13, 20])
def test_a_truncated_text_does_not_open(vault: Vault, length: int) -> None:
    """A value cut off anywhere is refused like an altered one, never with another error."""
    with pytest.raises(SealBroken):
        vault.open(ORDER, vault.seal(ORDER, TEXT)[:length])


def test_sealing_twice_gives_different_bytes(vault: Vault) -> None:
    """Equal texts cannot be recognised by their sealed form, and the text is not in it."""
    first, second = vault.seal(ORDER, TEXT), vault.seal(ORDER, TEXT)
    assert first != second
    assert TEXT.encode() not in first


def test_fields_are_sealed_as_one_value(vault: Vault) -> None:
    """Several JSON values come back as they were, types included."""
    fields = {"name": "测试", "floor": 3, "tags": ["a"], "note": None}
    assert fields == vault.open_fields(ORDER, vault.seal_fields(ORDER, fields))


def test_a_fingerprint_is_stable_and_needs_the_key(vault: Vault) -> None:
    """A phone is found again by its fingerprint; without the key it cannot be recomputed."""
    assert vault.fingerprint("13800000000") == Vault(KEY).fingerprint("13800000000")
    assert vault.fingerprint("13800000000") != Vault(bytes(32)).fingerprint("13800000000")
    assert 64 == len(vault.fingerprint("13800000000"))


def test_a_short_key_is_refused() -> None:
    """A vault does not start with fewer than 32 bytes of key."""
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(bytes(31))
