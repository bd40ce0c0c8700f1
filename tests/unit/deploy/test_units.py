"""The units and examples of deploy/: they start what there is, with settings that there are."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from deploy.cli import app
from services.intake.settings import IntakeSettings
from shared.contracts.flows import SERVICES
from shared.web.serving import REST_SECONDS

ROOT = Path(__file__).parents[3]
UNITS = ROOT / "deploy" / "systemd"
NATS = ROOT / "deploy" / "nats"
INSTALLED = "/opt/paidan"
SETTINGS = "/etc/paidan"
SEPARATE = {"PAIDAN_NATS_REPLICAS"}
"""Read by a command alone."""


def lines_of(unit: Path, key: str) -> list[str]:
    """The values a unit gives one key."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line of every unit."""
    for unit in sorted(UNITS.glob("*.service")):
        for line in lines_of(unit, "ExecStart"):
            yield unit.name, line.removeprefix(f"{INSTALLED}/.venv/bin/").split()


def names_in(file: Path) -> set[str]:
    """The variables an example sets."""
    return set(re.findall(r"^([A-Z_]+)=", file.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize(("unit", "command"), [pytest.param(*pair, id=" ".join(pair[1][:4])) for pair in commands()])
def test_what_a_unit_starts_is_there(unit: str, command: list[str]) -> None:
    """A module that can be run, a command that paidan has, the broker's configuration."""
    program, *arguments = command
    if program == "python":
        assert arguments[0] == "-m"
        assert importlib.util.find_spec(f"{arguments[1]}.__main__") is not None, unit
        assert arguments[2:] in (["serve"], ["migrate"])
    elif program == "paidan":
        found = typer.main.get_command(app)
        words = [word for word in arguments[:2] if word.isalpha()]
        while words:
            found = found.commands[words.pop(0)]  # type: ignore[attr-defined]  # a group, as long as words are left
        options = {option for parameter in found.params for option in parameter.opts}
        assert {word for word in arguments if word.startswith("--")} <= options
    else:
        assert ("nats-server", True) == (program, Path(arguments[1].replace(SETTINGS, str(ROOT / "deploy"))).is_file())


def test_every_service_has_a_unit_that_is_stopped_in_good_order_and_started_again() -> None:
    """The time to stop is longer than a service takes at most; whatever it ends by, it comes back."""
    longest = IntakeSettings.model_fields["shutdown_seconds"].default + REST_SECONDS
    for service in SERVICES:
        unit = UNITS / f"paidan-{service}.service"
        assert int(lines_of(unit, "TimeoutStopSec")[0]) > longest
        assert (["always"], ["yes"], ["strict"]) == tuple(
            lines_of(unit, key) for key in ("Restart", "NoNewPrivileges", "ProtectSystem")
        )


def test_the_examples_name_settings_that_there_are() -> None:
    """What deploy/systemd/*.env.example sets is a setting of .env.example, for all services or for one."""
    shared = names_in(ROOT / ".env.example")
    known = shared | {name.replace("PAIDAN_", f"PAIDAN_{one.upper()}_", 1) for name in shared for one in SERVICES}
    told = {name for file in UNITS.glob("*.env.example") for name in names_in(file) if name.startswith("PAIDAN_")}
    assert set() == told - known - SEPARATE


def test_a_node_of_the_broker_is_told_what_it_asks_for() -> None:
    """The variables of server.conf are those of node.env.example, no more and no less."""
    text = (NATS / "server.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"\$(NATS_[A-Z_]+)", text)) == names_in(NATS / "node.env.example")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say of them, installed where this project is."""
    for unit in UNITS.iterdir():
        if unit.suffix in {".service", ".target", ".timer"}:
            text = unit.read_text(encoding="utf-8").replace(f"{INSTALLED}/.venv/bin", str(Path(sys.executable).parent))
            (tmp_path / unit.name).write_text(text.replace(INSTALLED, str(ROOT)), encoding="utf-8")
    files = sorted(str(file) for file in tmp_path.iterdir())
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False, timeout=60
    )
    ours = [line for line in told.stderr.splitlines() if str(tmp_path) in line or "paidan" in line]
    assert (0, []) == (told.returncode, ours)
