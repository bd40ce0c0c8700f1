"""Signed tokens and tracking tokens."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest

from shared.contracts.refusal import Unauthenticated
from shared.contracts.words import Role
from shared.identity.tokens import Caller, PurposeTokens, TokenSigner, TrackingTokens

KEY = bytes(range(32))
ORDER = "01976b3c-5f00-7000-8000-00000000abcd"
HOUR = timedelta(hours=1)


@pytest.fixture
def signer() -> TokenSigner:
    return TokenSigner(KEY)


@pytest.mark.parametrize(
    "caller",
    [
        Caller(Role.VOLUNTEER, "v-0001"),
        Caller(Role.COORDINATOR, "c-1", "grid-1"),
        Caller(Role.OPS, "ops"),
        Caller(Role.RESIDENT, "r-1"),
    ],
)
def test_a_token_speaks_for_whom_it_was_signed(signer: TokenSigner, caller: Caller) -> None:
    """Role, subject and area come back unchanged."""
    assert caller == signer.verify(signer.sign(caller, HOUR))


def claims(**changed: object) -> dict[str, object]:
    now = datetime.now(UTC)
    return {"aud": "paidan", "sub": "v-1", "role": "volunteer", "iat": now, "exp": now + HOUR, **changed}


def signed(key: bytes = KEY, algorithm: str = "HS256", **changed: object) -> str:
    kept = {name: value for name, value in claims(**changed).items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm)


def unsigned() -> str:
    return jwt.encode(claims(), None, algorithm="none")  # type: ignore[arg-type]  # an attacker has no key


@pytest.mark.parametrize(
    "token",
    [
        "",
        "not a token",
        "a.b.c",
        signed(bytes(32)),
        unsigned(),
        signed(algorithm="HS512", key=KEY * 2),
        signed(exp=datetime.now(UTC) - HOUR),
        signed(exp=None),
        signed(aud="elsewhere"),
        signed(aud=None),
        signed(role="emperor"),
        signed(role=None),
        signed(sub=None),
    ],
)
def test_a_token_that_is_not_ours_is_refused(signer: TokenSigner, token: str) -> None:
    """Malformed, expired, wrongly signed or incomplete tokens are refused without saying why (case 18)."""
    with pytest.raises(Unauthenticated) as refused:
        signer.verify(token)
    assert "" == refused.value.detail


def test_an_expired_token_is_refused(signer: TokenSigner) -> None:
    """A token ends with its time to live."""
    with pytest.raises(Unauthenticated):
        signer.verify(signer.sign(Caller(Role.OPS, "ops"), timedelta(seconds=-1)))


def test_a_tracking_token_leads_to_its_order() -> None:
    """The same order always has the same token, and the token alone finds the order."""
    tokens = TrackingTokens(KEY)
    assert tokens.of(ORDER) == TrackingTokens(KEY).of(ORDER)
    assert ORDER == tokens.order_of(tokens.of(ORDER))


def test_a_tracking_token_of_another_installation_is_refused() -> None:
    """A token made with another key opens nothing."""
    with pytest.raises(Unauthenticated):
        TrackingTokens(bytes(32)).order_of(TrackingTokens(KEY).of(ORDER))


def test_a_tracking_token_cannot_be_turned_to_another_order() -> None:
    """The hash of one order behind the id of another is refused, and so is every single changed character."""
    tokens = TrackingTokens(KEY)
    token, other = tokens.of(ORDER), tokens.of(str(UUID(int=7)))
    forged = [other[:21] + token[21:]]
    forged += [token[:at] + ("A" if char != "A" else "B") + token[at + 1 :] for at, char in enumerate(token)]
    for attempt in forged:
        with pytest.raises(Unauthenticated):
            tokens.order_of(attempt)


@pytest.mark.parametrize("token", ["", "x", "AAAA", "A" * 48, "票" * 48, "\udc80", "A" * 10_000])
def test_a_made_up_tracking_token_opens_nothing(token: str) -> None:
    """Whatever is typed into the link is refused in the same way, never an error."""
    with pytest.raises(Unauthenticated):
        TrackingTokens(KEY).order_of(token)


def test_a_tracking_token_is_safe_in_an_address_and_long_enough() -> None:
    """Tracking links carry at least 128 secret bits (security.md) and only characters an address keeps."""
    token = TrackingTokens(KEY).of(ORDER)
    assert re.fullmatch(r"[A-Za-z0-9_-]{48}", token)
    assert 128 <= (len(base64.urlsafe_b64decode(token)) - 16) * 8


def test_a_link_is_about_its_subject_for_its_purpose_and_time_alone(signer: TokenSigner) -> None:
    """Another purpose, another key, a past time and an access token are all refused, and a link opens no account."""
    links = PurposeTokens(KEY, "referral")
    link = links.sign("r-1", HOUR)
    assert "r-1" == links.verify(link)
    for other, token in (
        (PurposeTokens(KEY, "visit"), link),
        (PurposeTokens(bytes(32), "referral"), link),
        (links, links.sign("r-1", -HOUR)),
        (links, signer.sign(Caller(Role.DEPARTMENT, "police"), HOUR)),
    ):
        with pytest.raises(Unauthenticated):
            other.verify(token)
    with pytest.raises(Unauthenticated):
        signer.verify(link)
