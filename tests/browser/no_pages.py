"""What is answered to a browser and is no page that somebody looks at."""

from __future__ import annotations

NOT_PAGES = {
    "/asyncapi.json": "a document for programs",
    "/openapi.json": "a document for programs",
    "/healthz": "for supervisors",
    "/readyz": "for supervisors",
    "/live": "events as they come",
    "/strip": "a part of every page of the console",
    "/streams/live": "events as they come",
    "/orders/{reference}/live": "events as they come",
    "/metrics": "for Prometheus",
    "/static/{name}": "styles, scripts and pictures",
    "/t/{token}": "leads on to the order",
    "/d/{token}": "leads on to the referral",
    "/personal/copy": "a file to take along",
    "/orders/{reference}/personal/copy": "a file to take along",
    "/availability/copy": "a file to take along",
    "/calendar/{token}/paidan.ics": "a file for calendar programs",
    "/orders/{reference}/photos/{photo_id}": "a picture",
    "/desk/orders/{reference}/photos/{photo_id}": "a picture",
    "/sw.js": "the service worker",
    "/exports/desk.csv": "a file to take along",
    "/board.csv": "a file to take along",
    "/board.atom": "a feed for programs",
    "/exports/posts.csv": "a file to take along",
    "/roster/{draft_id}/live": "events as they come",
    "/sign-in/provider": "leads on to the operators' provider, where there is one",
    "/sign-in/provider/back": "leads back from it",
}
"""What a GET answers that is no page, and what it is instead."""
