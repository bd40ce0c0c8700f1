"""What looks whether an answer is safe to show sees each thing that is left out."""

from __future__ import annotations

import httpx2
import pytest

from shared.web.headers import content_security_policy
from tests.integration.shown_safely import SAID, unsafe

SAFE = {
    **SAID,
    "strict-transport-security": "max-age=31536000",
    "content-security-policy": content_security_policy(),
    "cache-control": "no-store",
    "set-cookie": "a=b; HttpOnly; Secure; SameSite=lax",
}
INLINE = content_security_policy().replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({}, []),
        ({"x-content-type-options": ""}, ["x-content-type-options"]),
        ({"strict-transport-security": ""}, ["HSTS"]),
        ({"content-security-policy": INLINE}, ["script-src", "unsafe-"]),
        ({"cache-control": "max-age=60"}, ["no-store"]),
        ({"set-cookie": "a=b; HttpOnly"}, ["a without secure", "a without samesite"]),
    ],
)
def test_what_is_left_out_is_seen(changed: dict[str, str], seen: list[str]) -> None:
    """Each alone; an answer that says everything passes."""
    assert seen == unsafe("/", httpx2.Response(200, headers={**SAFE, **changed}))
