"""Alembic's entry for matcher's migrations."""

from shared.persistence.migrating import run_environment

run_environment()
