"""Metrics and log facts are documented as they are, follow the conventions, and are what dashboards ask for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.contracts.telemetry import facts_logged, metrics_rows, page, registered
from tests.promtool import queries

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/observability.md"
RULES = (ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8")
FROM_ELSEWHERE = frozenset({"up", "process_cpu_seconds_total", "process_resident_memory_bytes"})
"""Prometheus' own, and those of every process."""
IDS = frozenset({"order_id", "reference", "path", "user", "volunteer_id", "phone", "address", "url"})
METRIC = re.compile(r"(?<![\w:$\"])(?:paidan_\w+|up|process_\w+)(?=[{\[\s)]|$)")


def test_the_page_has_every_metric_and_every_fact() -> None:
    """As the code has them; ``tests.contracts.telemetry.page`` writes the tables."""
    told = PAGE.read_text(encoding="utf-8")
    assert [] == [line for line in page().splitlines() if line and line not in told]
    names = {name for name, *_ in metrics_rows()} | {name for name, _ in facts_logged()}
    rows = {found[1] for line in told.splitlines() if (found := re.match(r"\| `([a-z_.]+)` \|", line))}
    assert set() == {row for row in rows if row.startswith("paidan_")} - names


@pytest.mark.parametrize(("name", "kind", "labels", "meaning"), metrics_rows())
def test_a_metric_is_named_as_is_usual(name: str, kind: str, labels: str, meaning: str) -> None:
    """One prefix, lower case, base units at the end; labels are few, and never ids."""
    assert re.fullmatch(r"paidan_[a-z_]+", name)
    assert not re.search(r"_(ms|millis|minutes|kb|mb|percent)(_|$)", name)
    assert (kind == "counter") == name.endswith("_total")
    assert set() == set(labels.split(", ")) & IDS
    assert meaning


@pytest.mark.parametrize("fact", [name for name, _ in facts_logged()])
def test_a_log_line_is_a_dotted_fact(fact: str) -> None:
    """``offer.expired``: a thing and what became of it."""
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", fact)


def test_rules_and_dashboard_ask_for_what_there_is() -> None:
    """Every name in an expression is one a service serves, or Prometheus has itself."""
    asked = {name for _, query in queries() for name in METRIC.findall(query)}
    asked |= set(METRIC.findall(RULES))
    assert {"paidan_outbox_waiting", "paidan_http_seconds_bucket", "up"} <= asked
    assert set() == asked - registered() - FROM_ELSEWHERE
    assert ["paidan_nonsense"] == METRIC.findall('sum(paidan_nonsense{a="b"})')  # the look can fail


def test_the_dashboard_is_whole() -> None:
    """Panels have ids of their own, a title, a unit, and do not lie on each other."""
    board = json.loads((ROOT / "deploy/grafana/paidan.json").read_text(encoding="utf-8"))
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [] == [panel for panel in panels if not panel["title"]]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert set() == taken & cells
        taken |= cells
