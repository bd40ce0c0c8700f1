"""The row of a signed-in browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.contracts.words import Role
from shared.identity.sessions import Lasting, SessionColumns, hash_of, new_session_token
from shared.identity.tokens import Caller

WALL = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
COORDINATOR = Caller(Role.COORDINATOR, "c-1", "grid-1")


LASTING = Lasting(idle=timedelta(hours=4), longest=timedelta(hours=12))
LIMITS = {Role.COORDINATOR: LASTING}
INSTANT = timedelta(microseconds=1)


def opened(since: datetime | None = None) -> SessionColumns:
    """A session of the coordinator, opened at ``WALL``."""
    return SessionColumns.open_for(replace(COORDINATOR, since=since), "cookie", WALL, LASTING)


def test_an_unused_session_ends_with_its_idle_time() -> None:
    """To the instant it is the caller, from then on nobody."""
    row, end = opened(), WALL + LASTING.idle
    assert COORDINATOR == row.caller(end - INSTANT, LIMITS)
    assert row.caller(end, LIMITS) is None


def test_a_session_that_is_used_lasts_to_its_longest_and_no_longer() -> None:
    """Used every hour it goes on; after twelve it ends whatever is done, and using it then changes nothing."""
    row = opened()
    for hour in range(12):
        at = WALL + timedelta(hours=hour)
        assert (COORDINATOR, WALL) == (row.caller(at, LIMITS), row.since)
        row.keep_on(at, LIMITS)
    end = WALL + LASTING.longest
    assert COORDINATOR == row.caller(end - INSTANT, LIMITS)
    row.keep_on(end, LIMITS)
    assert row.caller(end, LIMITS) is None


def test_a_session_is_kept_on_only_when_some_of_its_idle_time_has_gone() -> None:
    """A tenth of it: what is used all the time does not write all the time; at the end there is nothing to add."""
    row = opened()
    early, late = row.caller(WALL + timedelta(minutes=24), LIMITS), row.caller(WALL + timedelta(minutes=25), LIMITS)
    assert early is not None
    assert late is not None
    assert (False, True) == (early.worn, late.worn)
    for hour in (3, 6, 9):
        row.keep_on(WALL + timedelta(hours=hour), LIMITS)
    last = row.caller(WALL + timedelta(hours=11), LIMITS)
    assert last is not None
    assert not last.worn


def test_a_session_that_was_handed_over_ends_with_the_one_it_came_from() -> None:
    """It began when its person signed in: eleven hours before, so one hour is left, and ending that voids it too."""
    row = opened(since=WALL - timedelta(hours=11))
    assert WALL - timedelta(hours=11) == row.since
    assert row.caller(WALL + timedelta(hours=1) - INSTANT, LIMITS) is not None
    assert row.caller(WALL + timedelta(hours=1), LIMITS) is None


def test_a_shorter_longest_holds_for_sessions_that_are_open() -> None:
    """A setting that was tightened ends what is older."""
    row = opened()
    assert row.caller(WALL + timedelta(hours=2), {Role.COORDINATOR: Lasting(LASTING.idle, timedelta(hours=2))}) is None


def test_a_role_without_sessions_has_none() -> None:
    """Whoever the limits do not name is nobody."""
    assert opened().caller(WALL, {}) is None


def test_a_session_of_the_release_before_goes_on() -> None:
    """It lasted twelve hours from its opening, which it did not write; using it writes that."""
    row, end = opened(), WALL + timedelta(hours=12)
    row = SessionColumns(**{**row.model_dump(exclude={"opened_at"}), "expires_at": end})
    row.keep_on(WALL + timedelta(hours=1), LIMITS)
    assert (WALL, end) == (row.opened_at, row.expires_at)
    assert row.caller(end - INSTANT, LIMITS) is not None


def test_a_session_row_does_not_hold_the_cookie() -> None:
    """Who reads the table cannot sign in with it."""
    token = new_session_token()
    row = SessionColumns.open_for(COORDINATOR, token, WALL, LASTING)
    assert token not in row.model_dump_json()
    assert hash_of(token) == row.token_hash


def test_session_tokens_are_long_and_never_alike() -> None:
    """256 random bits each."""
    tokens = {new_session_token() for _ in range(100)}
    assert 100 == len(tokens)
    assert {43} == {len(token) for token in tokens}
