"""``make notices``: a day of the reference county, its notices counted; exit 1 when something must not have been."""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from deploy.attached import load_definition
from deploy.layout import DEFAULT_DEFINITION
from shared.community.roster import read_roster
from tests.noticing.counting import Figures, figures_of
from tests.noticing.day import Plan, Playing

BEGIN = "2026-03-02T00:00"


async def _play(plan_of: argparse.Namespace, folder: Path, console: Console) -> Figures:
    rules = load_definition(plan_of.definition)
    assert rules.roster is not None
    roster = read_roster(rules.roster.read_bytes(), rules.roster.name, rules)
    begin = datetime.fromisoformat(BEGIN).replace(tzinfo=rules.zone)
    plan = Plan(begin, plan_of.seed, plan_of.orders, away_from=plan_of.away_from, away_hours=plan_of.away_hours)
    with console.status("midnight") as status:
        day, settings = await Playing(folder, rules, roster, plan).play(lambda at: status.update(f"{at:%a %H:%M}"))
    return await figures_of(day, settings, rules)


def main() -> int:
    """Play, print, judge."""
    told = argparse.ArgumentParser(prog="make notices", description=__doc__)
    told.add_argument("--orders", type=float, default=60.0, help="orders of the day, on average")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--away-from", type=int, default=10, help="the hour at which the SMS platform goes away")
    told.add_argument("--away-hours", type=int, default=6)
    told.add_argument("--definition", type=Path, default=DEFAULT_DEFINITION)
    asked = told.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console, began = Console(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="paidan-notices-") as folder:
        figures = asyncio.run(_play(asked, Path(folder), console))
    table = Table("figure", "count", title=f"a day of notices: seed {asked.seed}, {time.monotonic() - began:.0f} s")
    for name, value in asdict(figures).items():
        table.add_row(name.replace("_", " "), str(value))
    console.print(table)
    console.print("holds" if figures.holds else "does not hold")
    return 0 if figures.holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
