"""The units and examples of deploy/: they start what there is, with settings that there are."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from deploy.cli import app
from services.intake.settings import IntakeSettings
from shared.contracts.services import CONSOLE, SERVICES
from shared.web.serving import REST_SECONDS

ROOT = Path(__file__).parents[3]
UNITS = ROOT / "deploy" / "systemd"
NATS = ROOT / "deploy" / "nats"
INSTALLED = "/opt/paidan"
SETTINGS = "/etc/paidan"
SEPARATE = {"PAIDAN_NATS_REPLICAS"}
"""Read by a command alone."""
SECTIONS = {
    ".service": ("Unit", "Service", "Install"),
    ".target": ("Unit", "Install"),
    ".timer": ("Unit", "Timer", "Install"),
}
NAMES_UNITS = {"After", "Before", "Wants", "Requires", "PartOf", "WantedBy", "BindsTo", "OnFailure"}
SERVICE_WORDS = """
Type ExecStart ExecReload Restart RestartSec RemainAfterExit TimeoutStartSec TimeoutStopSec User Group UMask
WorkingDirectory EnvironmentFile StateDirectory StateDirectoryMode ReadWritePaths KillMode KillSignal
LimitNOFILE Nice IOSchedulingClass OOMScoreAdjust NoNewPrivileges CapabilityBoundingSet LockPersonality
PrivateDevices PrivateTmp ProtectClock ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs
ProtectKernelModules ProtectKernelTunables ProtectProc ProtectSystem RestrictAddressFamilies RestrictNamespaces
RestrictRealtime RestrictSUIDSGID SystemCallArchitectures SystemCallErrorNumber SystemCallFilter
"""
WORDS = {
    "Unit": NAMES_UNITS - {"WantedBy"} | {"Description", "Documentation", "RequiresMountsFor", "StartLimitIntervalSec"},
    "Install": {"WantedBy"},
    "Timer": {"OnCalendar", "Persistent", "RandomizedDelaySec"},
    "Service": set(SERVICE_WORDS.split()),
}
"""The words these units may use, by section; a new one is looked up in systemd.directives(7) and put here."""


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
        assert arguments[2:] in (["serve"], ["migrate"], ["console"])
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
    for service in (*SERVICES, CONSOLE):
        unit = UNITS / f"paidan-{service}.service"
        assert int(lines_of(unit, "TimeoutStopSec")[0]) > longest
        assert (["always"], ["yes"], ["strict"]) == tuple(
            lines_of(unit, key) for key in ("Restart", "NoNewPrivileges", "ProtectSystem")
        )


def test_the_examples_name_settings_that_there_are() -> None:
    """What deploy/systemd/*.env.example sets is a setting of .env.example, for all services or for one."""
    shared = names_in(ROOT / ".env.example")
    everybody = (*SERVICES, CONSOLE)
    known = shared | {name.replace("PAIDAN_", f"PAIDAN_{one.upper()}_", 1) for name in shared for one in everybody}
    told = {name for file in UNITS.glob("*.env.example") for name in names_in(file) if name.startswith("PAIDAN_")}
    assert set() == told - known - SEPARATE


def test_a_node_of_the_broker_is_told_what_it_asks_for() -> None:
    """The variables of server.conf are those of node.env.example, no more and no less."""
    text = (NATS / "server.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"\$(NATS_[A-Z_]+)", text)) == names_in(NATS / "node.env.example")


def test_systemd_knows_every_word_of_the_units() -> None:
    """Each file has the sections of its kind, each section the words that systemd.unit(5), service(5), exec(5),
    kill(5), resource-control(5) and timer(5) give it, and every unit of ours that another names is there.
    """
    assert [] == [fault for unit in sorted(UNITS.glob("*.*")) if unit.suffix in SECTIONS for fault in faults_of(unit)]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Restat=always", "Restat in [Service]"),
        ("Wants=paidan-matchmaker.service", "Wants in [Service]"),
        ("[Unit]\nAfter=paidan-matchmaker.service", "paidan-matchmaker.service is not there"),
        ("[Timer]", "[Timer]"),
        ("ExecStart=python -m services.intake serve", "ExecStart has no absolute path"),
    ],
)
def test_a_word_that_systemd_does_not_know_would_be_seen(tmp_path: Path, line: str, fault: str) -> None:
    """systemd passes over such a line with a warning, and the unit runs without it."""
    file = tmp_path / "paidan-intake.service"
    file.write_text((UNITS / file.name).read_text(encoding="utf-8").replace("[Service]\n", f"[Service]\n{line}\n", 1))
    assert fault in faults_of(file)


def faults_of(unit: Path) -> list[str]:
    """What systemd would not take, or pass over."""
    faults, section = [], ""
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            if section not in SECTIONS[unit.suffix]:
                faults.append(line)
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            if key not in WORDS.get(section, ()):
                faults.append(f"{key} in [{section}]")
            if key.startswith("Exec") and not value.startswith("/"):
                faults.append(f"{key} has no absolute path")
            if key in NAMES_UNITS:
                ours = [name for name in value.split() if name.startswith("paidan")]
                faults += [f"{name} is not there" for name in ours if not (UNITS / name).is_file()]
    return faults
