"""The row of a signed-in browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.contracts.words import Role
from shared.identity.sessions import SESSION_HOURS, SessionColumns, hash_of, new_session_token
from shared.identity.tokens import Caller

WALL = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
COORDINATOR = Caller(Role.COORDINATOR, "c-1", "grid-1")


def test_a_session_speaks_for_its_caller_until_it_expires() -> None:
    """To the instant of expiry it is the caller, from then on nobody."""
    row = SessionColumns.open_for(COORDINATOR, "cookie", WALL)
    end = WALL + timedelta(hours=SESSION_HOURS)
    assert COORDINATOR == row.caller(end - timedelta(microseconds=1))
    assert row.caller(end) is None


def test_a_session_row_does_not_hold_the_cookie() -> None:
    """Who reads the table cannot sign in with it."""
    token = new_session_token()
    row = SessionColumns.open_for(COORDINATOR, token, WALL)
    assert token not in row.model_dump_json()
    assert hash_of(token) == row.token_hash


def test_session_tokens_are_long_and_never_alike() -> None:
    """256 random bits each."""
    tokens = {new_session_token() for _ in range(100)}
    assert 100 == len(tokens)
    assert {43} == {len(token) for token in tokens}
