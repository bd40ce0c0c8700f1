"""How an order stands and what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.intake.commands import Channel
from services.intake.pages.desk.page import Section, Seen
from services.intake.pages.following import holder_name, steps_of
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.web.i18n import current_reader, gettext, msgid
from shared.web.wording import WORDS, place_name

CHANNELS: Mapping[str, str] = {
    Channel.PHONE: msgid("By phone"),
    Channel.STATION: msgid("At the station"),
    Channel.VISIT: msgid("On a visit"),
    Channel.COORDINATOR: msgid("Through the coordinator"),
}
"""How an order came to a coordinator, as it is said."""


def standing_sections(rules: Community) -> list[Section]:
    """State and holder; then what the order is about; the timeline has a section of its own."""

    async def standing(seen: Seen) -> Mapping[str, Any]:
        return {"holder": holder_name(rules, seen.order.holder, WORDS["role_name"](Role.RESIDENT))}

    async def about(seen: Seen) -> Mapping[str, Any]:
        left_out = [place_name(rules.areas, code) for code in seen.order.excluded_areas]
        channel = gettext(CHANNELS.get(seen.order.channel or "", ""))
        recorder = _title_of(rules, seen.order.recorded_by)
        place = place_name(rules.areas, seen.order.area)
        return {"place": place, "left_out": left_out, "channel": channel, "recorder": recorder}

    async def timeline(seen: Seen) -> Mapping[str, Any]:
        return {"steps": steps_of(rules, seen.order.timeline, WORDS["role_name"](Role.RESIDENT))}

    return [Section("standing", standing), Section("about", about), Section("timeline", timeline)]


def _title_of(rules: Community, coordinator_id: str | None) -> str:
    """A coordinator by title and area; whoever is no longer in the definition by their id."""
    held = rules.ladder.by_id.get(coordinator_id or "")
    if held is None:
        return coordinator_id or ""
    return f"{held.title.told_in(current_reader().language)} · {place_name(rules.areas, held.area)}"
