"""What every answer of every route says to a browser, and what no form may be posted without (security.md)."""

from __future__ import annotations

from collections.abc import Iterable
from http.cookies import SimpleCookie

import httpx2

from shared.web.rules import Ruled

SAID = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""What of the content policy matters most; nothing in it is inline, evaluated, or from just anywhere."""
ABROAD = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example", "Accept": "text/html"}


def unsafe(path: str, answer: httpx2.Response) -> list[str]:
    """What an answer leaves out. An installation over TLS says so to browsers as well."""
    headers = answer.headers
    found = [name for name, text in SAID.items() if headers.get(name) != text]
    found += [] if headers.get("strict-transport-security", "").startswith("max-age=") else ["HSTS"]
    policy = headers.get("content-security-policy", "")
    told = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    found += [name for name, sources in SOURCES.items() if told.get(name) != sources]
    found += [word for word in ("unsafe-", "*") if word in policy]
    if not path.startswith("/static/") and "no-store" not in headers.get("cache-control", ""):
        found.append("no-store")
    cookies = SimpleCookie()
    for line in headers.get_list("set-cookie"):
        cookies.load(line)
    for name, cookie in cookies.items():
        found += [f"{name} without {flag}" for flag in ("httponly", "secure", "samesite") if not cookie[flag]]
    return found


async def taken_from_elsewhere(client: httpx2.AsyncClient, routes: Iterable[Ruled]) -> list[str]:
    """The routes that take a form which another site has sent: none may. Doors under ``/api`` know no cookies but those
    of forms, so they are tried as well.
    """
    posts = [route.path for route in routes if route.method == "POST"]
    taken = []
    for path in posts:
        answer = await client.post(path.replace("{", "").replace("}", ""), data={"a": "b"}, headers=ABROAD)
        if answer.status_code != 403:
            taken.append(f"{path}: {answer.status_code}")
    return taken
