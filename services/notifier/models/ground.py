"""The ground of every table of notifier."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import registry

from shared.persistence.rows import Row

POSITION = BigInteger().with_variant(Integer(), "sqlite")
"""The order of insertion: SQLite counts in INTEGER primary keys alone."""


class NotifierTable(Row, registry=registry()):
    """The ground of every table of notifier, with a registry of its own."""
