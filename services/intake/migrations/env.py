"""Alembic's entry for intake's migrations."""

from shared.persistence.migrating import run_environment

run_environment()
