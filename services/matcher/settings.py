"""Matcher's settings, from the environment (``PAIDAN_MATCHER_…``, else ``PAIDAN_…``)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from shared.web.code_settings import CodeSettings


class MatcherSettings(CodeSettings):
    """What matcher can be told.

    ``sweep_seconds``: the longest pause between two looks at what fell due (wall time). ``roster_rows``: the most rows
    one roster may have; ``roster_draft_hours``: how long one that was sent and not imported is kept (domain time).
    ``gap_days``, ``figures_days``: how far back gaps in coverage, and what came back to desks, are counted
    (domain time). ``group_commands``: the most commands in one transaction. ``waiting_commands``: the most that may
    wait before callers are told to come back. ``map_link``: where the way to a community is shown, with ``{place}`` for
    its name; https, empty for none. Of codes:
    ``CodeSettings``.

    Photos of a report: the most bytes and pixels of one that is sent; the longest edge (pixels), bytes and JPEG quality
    of what is kept; so many of one assignment; so many decoded at a time; what no report names goes after so many
    hours.
    """

    service: ClassVar[str] = "matcher"

    port: int = Field(default=8102, ge=1, le=65535)
    database_url: str = "sqlite+aiosqlite:///.paidan/matcher.db"
    sweep_seconds: PositiveFloat = 1.0
    gap_days: PositiveInt = 30
    figures_days: PositiveInt = 365
    roster_rows: PositiveInt = 20_000
    roster_draft_hours: PositiveFloat = 24.0
    group_commands: PositiveInt = 256
    waiting_commands: PositiveInt = 20_000
    map_link: str = "https://uri.amap.com/search?keyword={place}"
    photo_bytes: PositiveInt = 12 * 1024 * 1024
    photo_pixels: PositiveInt = 50_000_000
    photo_edge: PositiveInt = 1600
    photo_kept_bytes: PositiveInt = 200_000
    photo_quality: int = Field(default=82, ge=1, le=95)
    photos: PositiveInt = 5
    photo_decodings: PositiveInt = 2
    photo_hours: PositiveFloat = 24.0

    @field_validator("map_link")
    @classmethod
    def _is_a_map(cls, told: str) -> str:
        if told and not (told.startswith("https://") and told.count("{place}") == 1 and told.count("{") == 1):
            raise ValueError("a map's address begins with https:// and has {place} once")
        return told

    @property
    def photo_body_bytes(self) -> int:
        """The body that brings one photo: its bytes and the form around them."""
        return self.photo_bytes + self.body_limit_bytes
