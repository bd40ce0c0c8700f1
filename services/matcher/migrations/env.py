"""Alembic's entry: matcher's tables."""

from services.matcher.models import MatcherTable
from shared.persistence.migrating import run_environment

run_environment(MatcherTable.metadata)
