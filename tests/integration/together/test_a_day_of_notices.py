"""Half a day of the reference county with its SMS platform away for two hours (``make notices`` plays a whole one)."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

from deploy.attached import load_definition
from deploy.layout import DEFAULT_DEFINITION
from shared.community.roster import read_roster
from tests.noticing.counting import figures_of
from tests.noticing.day import Plan, Playing


async def test_everybody_hears_once_and_nobody_is_rung_at_night(tmp_path: Path) -> None:
    """Into the quiet hours, over an outage: nothing is doubled or lost, and what waited comes afterwards."""
    rules = load_definition(DEFAULT_DEFINITION)
    assert rules.roster is not None
    begin = datetime.fromisoformat("2026-03-02T16:00").replace(tzinfo=rules.zone)
    plan = Plan(begin, orders=40, hours=8, drain_hours=0, away_from=2, away_hours=2)
    roster = read_roster(rules.roster.read_bytes(), rules.roster.name, rules)
    day, settings = await Playing(tmp_path, rules, roster, plan).play(lambda _: None)
    figures = await figures_of(day, settings, rules)
    assert (True, figures) == (figures.holds, figures)
    assert (True, True) == (figures.orders > 0, figures.messages > figures.orders)

    all_day = settings.model_copy(update={"quiet_from": time(0), "quiet_until": time(23, 59)})
    assert False is (await figures_of(day, all_day, rules)).holds  # the count can fail
