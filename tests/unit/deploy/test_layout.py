"""Ports, directories and settings of a local stack."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from deploy.environment import service_environment
from deploy.layout import Layout, Ports
from deploy.problems import StackProblem
from deploy.settings import StackSettings


def test_ports_count_from_the_base() -> None:
    """intake N+1, matcher N+2, notifier N+3, NATS N+4, console N+5; the broker's monitoring comes after it."""
    services = (("intake", 9001), ("matcher", 9002), ("notifier", 9003), ("console", 9005))
    expected = (*services, ("nats", 9004), ("nats monitoring", 9006))
    assert expected == Ports(9000).named


def test_a_taken_port_is_named_with_what_to_do() -> None:
    """One line says which port is busy, whose it is, and how to choose another."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port: int = listener.getsockname()[1]
        expected = f"port {port} (intake) is already in use; choose another --port-base"
        with pytest.raises(StackProblem) as told:
            Ports(port - 1).ensure_free()
    assert expected == str(told.value)


def test_a_port_beyond_the_last_is_named() -> None:
    """A base so high that a port does not exist is answered, not crashed on."""
    with pytest.raises(StackProblem, match="no port 65536 for intake"):
        Ports(65535).ensure_free()


def test_the_data_directory_is_its_owners_alone(tmp_path: Path) -> None:
    """Databases, keys and logs are closed to other accounts of the machine."""
    layout = Layout.at(tmp_path / "deep" / "data")
    layout.make()
    assert 0o700 == stat.S_IMODE(layout.data.stat().st_mode)


def test_a_data_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    """A file in the way is told as such."""
    (tmp_path / "file").touch()
    with pytest.raises(StackProblem, match=r"cannot use .* as data directory: Not a directory"):
        Layout.at(tmp_path / "file" / "data").make()


def test_a_layout_does_not_move_with_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative data directory is fixed when the command starts."""
    monkeypatch.chdir(tmp_path)
    layout = Layout.at(Path(".paidan"))
    monkeypatch.chdir("/")
    assert tmp_path / ".paidan" == layout.data


def test_databases_are_sqlite_files_unless_the_environment_names_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each service has its own file in the data directory; a URL of the environment wins."""
    monkeypatch.setenv("PAIDAN_MATCHER_DATABASE_URL", "postgresql+asyncpg://db/matcher")
    databases = StackSettings().databases(Layout(tmp_path))
    expected = {
        "intake": f"sqlite+aiosqlite:///{tmp_path}/intake.db",
        "matcher": "postgresql+asyncpg://db/matcher",
        "notifier": f"sqlite+aiosqlite:///{tmp_path}/notifier.db",
    }
    assert expected == databases


def test_a_service_gets_its_settings_and_never_anothers_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's environment passes through, but the database URLs of the other two."""
    for name in ("INTAKE", "MATCHER", "NOTIFIER"):
        monkeypatch.setenv(f"PAIDAN_{name}_DATABASE_URL", f"secret of {name}")
    monkeypatch.setenv("PAIDAN_NATS_PASSWORD", "left over")
    environment = service_environment("intake", {"NATS_PASSWORD": "own"})
    assert "own" == environment["PAIDAN_NATS_PASSWORD"]
    assert "secret of INTAKE" == environment["PAIDAN_INTAKE_DATABASE_URL"]
    assert os.environ["PATH"] == environment["PATH"]
    assert not {"PAIDAN_MATCHER_DATABASE_URL", "PAIDAN_NOTIFIER_DATABASE_URL"} & environment.keys()
