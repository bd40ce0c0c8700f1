"""What is backed up or restored: three databases, a folder of keys, a clock; of a running stack or of settings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import make_url

from deploy.attached import Attached, attach
from deploy.backup.postgres_source import PostgresSource
from deploy.backup.source import Kind, Source
from deploy.backup.sqlite_source import SqliteSource
from deploy.layout import Layout
from deploy.problems import StackProblem
from deploy.settings import StackSettings


@dataclass(frozen=True)
class Installation:
    """``databases``: SQLAlchemy URLs by service. ``clock``: a complete ``PAIDAN_CLOCK``, or empty. ``programs``: the
    folder of PostgreSQL's programs, or empty. ``stack``: the running stack, where there is one.
    """

    layout: Layout
    databases: Mapping[str, str]
    keys: Path
    clock: str
    programs: str
    stack: Attached | None

    @classmethod
    def at(cls, data: Path) -> Self:
        """Of the stack that runs in a data directory, else what the environment and the directory say."""
        layout, settings = Layout.at(data), StackSettings()
        try:
            stack = attach(data)
        except StackProblem:
            return cls.by_settings(layout, settings)
        return cls(layout, stack.stack.databases, layout.keys, stack.stack.clock, settings.pg_bin, stack)

    @classmethod
    def by_settings(cls, layout: Layout, settings: StackSettings) -> Self:
        """What a stack started here would use. Services started one by one are told ``PAIDAN_KEYS`` and
        ``PAIDAN_CLOCK`` by the environment, and so are we.
        """
        keys = Path(os.environ.get("PAIDAN_KEYS") or layout.keys).expanduser().resolve()
        clock = os.environ.get("PAIDAN_CLOCK", "")
        return cls(layout, settings.databases(layout), keys, clock, settings.pg_bin, None)

    def sources(self) -> Sequence[Source]:
        """The databases to copy from, in the order in which they are held."""
        return [self._source(service, url) for service, url in self.databases.items()]

    def _source(self, service: str, url: str) -> Source:
        if kind_of(url) == "sqlite":
            return SqliteSource(service, url)
        return PostgresSource(service, url, self.programs)


def kind_of(url: str) -> Kind:
    """SQLite or PostgreSQL. Raises ``StackProblem`` for anything else."""
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        return "sqlite"
    if kind == "postgresql":
        return "postgresql"
    raise StackProblem(f"{kind} is neither sqlite nor postgresql")
