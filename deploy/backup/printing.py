"""What an operator sees of a backup: a bar for each database on a terminal, nothing of it in a cron mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn


class Printer:
    """Shows on standard error how far each copy is. Its figures may come from any thread."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}

    @contextmanager
    def copying(self, services: Sequence[str]) -> Iterator[None]:
        """Show the bars until the block is left; on no terminal show nothing."""
        columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
        with Progress(*columns, console=self._console, disable=not self._console.is_terminal) as progress:
            self._bars = {service: progress.add_task(service, total=None) for service in services}
            self._progress = progress
            yield

    def copied(self, service: str, done: int, whole: int) -> None:
        """``done`` of ``whole`` bytes; 0 where the whole is not known."""
        if self._progress is not None:
            self._progress.update(self._bars[service], completed=done, total=whole or None)
