"""Notifier put together (``service``), and its console, a process of its own (``console``)."""

from services.notifier.app.ground import HERE, MIGRATIONS, VERSION
from services.notifier.app.service import Notifier, application_of, make_app

__all__ = ["HERE", "MIGRATIONS", "VERSION", "Notifier", "application_of", "make_app"]
