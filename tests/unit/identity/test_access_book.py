"""Keys of tokens are replaced, and tokens and sessions taken back, while whoever reads them goes on running."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.contracts.refusal import Unauthenticated
from shared.contracts.words import Role
from shared.identity.access_book import FIRST, LONGEST_SESSION, MOST_TTL, NAME, AccessBook
from shared.identity.tokens import Caller, TokenSigner

KEY = b"k" * 32
OPS = Caller(Role.OPS, "o-1")
HOUR = timedelta(hours=1)


@pytest.fixture
def book(tmp_path: Path) -> AccessBook:
    """Whoever changes it, as the command does."""
    return AccessBook(tmp_path)


@pytest.fixture
def service(tmp_path: Path) -> TokenSigner:
    """A service that was started before anything changed."""
    return TokenSigner(KEY, AccessBook(tmp_path))


def opens(service: TokenSigner, token: str) -> bool:
    """Whether a token lets anybody in."""
    try:
        return service.verify(token) == OPS
    except Unauthenticated:
        return False


def test_tokens_of_the_key_before_open_until_they_run_out(book: AccessBook, service: TokenSigner) -> None:
    """Those of both keys open; the old key itself is refused once its last token must have run out."""
    old, now = service.sign(OPS, HOUR), datetime.now(UTC)
    assert "1" == book.rotate(now)
    assert (True, True) == (opens(service, old), opens(service, service.sign(OPS, HOUR)))
    assert (KEY, None) == (
        book.key_of(FIRST, KEY, now + MOST_TTL - HOUR),
        book.key_of(FIRST, KEY, now + MOST_TTL),
    )


def test_a_stolen_key_is_put_out_of_use_at_once(book: AccessBook, service: TokenSigner) -> None:
    """Whatever it signed or will sign opens nothing; the newest one does."""
    old = service.sign(OPS, HOUR)
    book.rotate(datetime.now(UTC))
    second = service.sign(OPS, HOUR)
    book.rotate(datetime.now(UTC), at_once=True)
    forged = TokenSigner(KEY).sign(OPS, HOUR)
    assert [False, False, False, True] == [
        opens(service, token) for token in (old, second, forged, service.sign(OPS, HOUR))
    ]


def test_one_token_is_taken_back_and_stays_so(tmp_path: Path, service: TokenSigner) -> None:
    """Also for a service that starts afterwards; another token of the same person opens as before."""
    gone, other = service.sign(OPS, HOUR), service.sign(OPS, HOUR)
    TokenSigner(KEY, AccessBook(tmp_path)).take_back(gone)
    again = TokenSigner(KEY, AccessBook(tmp_path))
    assert (False, False, True) == (opens(service, gone), opens(again, gone), opens(service, other))


def test_who_is_signed_out_everywhere_has_nothing_left(book: AccessBook, service: TokenSigner) -> None:
    """Tokens and sessions from before are void, those from after it are not, nor are those of others."""
    token, now = service.sign(OPS, HOUR), datetime.now(UTC)
    book.end(Role.OPS, "o-1", now + timedelta(seconds=1))
    assert not opens(service, token)
    before = Caller(Role.OPS, "o-1", since=now)
    after = Caller(Role.OPS, "o-1", since=now + timedelta(seconds=2))
    other = Caller(Role.VOLUNTEER, "o-1", since=now)
    assert [True, False, False] == [service.has_ended(caller) for caller in (before, after, other)]


def test_who_was_signed_out_is_remembered_as_long_as_a_session_can_live(book: AccessBook) -> None:
    """Other people's endings forget it only when no session from before can be left."""
    begun = datetime(2026, 8, 1, tzinfo=UTC)
    book.end(Role.VOLUNTEER, "v-1", begun)
    book.end(Role.VOLUNTEER, "v-2", begun + LONGEST_SESSION - timedelta(seconds=1))
    assert book.is_void(Role.VOLUNTEER, "v-1", begun - timedelta(seconds=1))
    book.end(Role.VOLUNTEER, "v-3", begun + LONGEST_SESSION)
    assert not book.is_void(Role.VOLUNTEER, "v-1", begun - timedelta(seconds=1))
    assert LONGEST_SESSION >= MOST_TTL


def test_a_token_of_an_unknown_key_opens_nothing(service: TokenSigner, tmp_path: Path) -> None:
    """Without detail, as every bad token."""
    elsewhere = AccessBook(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    elsewhere.rotate(datetime.now(UTC))
    with pytest.raises(Unauthenticated):
        service.verify(TokenSigner(KEY, elsewhere).sign(OPS, HOUR))


def test_keys_are_for_their_owner_alone(book: AccessBook, tmp_path: Path) -> None:
    """Nobody else may read the file."""
    book.rotate(datetime.now(UTC))
    assert 0o600 == (tmp_path / NAME).stat().st_mode & 0o777
