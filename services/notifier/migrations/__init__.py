"""Versions of notifier's schema (Alembic)."""
