"""Alembic's entry for notifier's migrations."""

from shared.persistence.migrating import run_environment

run_environment()
