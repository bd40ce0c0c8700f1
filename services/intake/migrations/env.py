"""Alembic's entry: intake's tables."""

from services.intake.models import IntakeTable
from shared.persistence.migrating import run_environment

run_environment(IntakeTable.metadata)
