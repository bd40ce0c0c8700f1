"""Versions of intake's schema (Alembic)."""
