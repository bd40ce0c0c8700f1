"""Versions of matcher's schema (Alembic)."""
