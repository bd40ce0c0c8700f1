"""The scenarios: each a module with ``SECONDS``, ``DATABASES`` and ``play(report, dice, seconds)``."""
