"""The ground of every table of notifier."""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class NotifierTable(SQLModel, registry=registry()):
    """The ground of every table of notifier, with a registry of its own."""
