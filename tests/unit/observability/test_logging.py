"""Logs as JSON lines on stderr."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.observability.logging import configure
from shared.observability.tracing import span, trace_id


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    """Leave logging as it was for the tests that follow."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_fact_is_one_json_line_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, fields, service, level, time and trace are in one line."""
    configure("notifier")
    with span("test"):
        structlog.get_logger().info("offer.expired", offer_id="o-1")
        trace = trace_id()
    (line,) = lines(capsys)
    timestamp = line.pop("timestamp")
    assert str(timestamp).endswith("Z")
    assert {
        "event": "offer.expired",
        "offer_id": "o-1",
        "service": "notifier",
        "level": "info",
        "trace_id": trace,
    } == line


def test_line_breaks_and_escapes_stay_inside_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """CR, LF and ANSI in a value cannot forge a second line (case 17)."""
    configure("notifier")
    structlog.get_logger().info("fact.dead", name="a\r\nb\x1b[31m")
    (line,) = lines(capsys)
    assert "a\r\nb\x1b[31m" == line["name"]


def test_the_level_holds_back_what_is_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    """At WARNING, facts of INFO are not written."""
    configure("notifier", "WARNING")
    structlog.get_logger().info("broker.connected")
    structlog.get_logger().warning("broker.absent")
    assert ["broker.absent"] == [line["event"] for line in lines(capsys)]


def test_libraries_log_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """What a library warns of is a JSON line of this service too; its chatter is not."""
    configure("notifier")
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("no connection to %s", "there")
    (line,) = lines(capsys)
    assert ("no connection to there", "notifier") == (line["event"], line["service"])
