"""What notifier and its console have in common: where their files lie, and of which release they are."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parents[1]
MIGRATIONS = HERE / "migrations"
VERSION = "0.1.0"
