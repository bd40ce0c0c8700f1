"""Alembic's entry: notifier's tables."""

from services.notifier.models import NotifierTable
from shared.persistence.migrating import run_environment

run_environment(NotifierTable.metadata)
