"""Notifier confirms each step to the people concerned, and shows ops the event streams.

Owns the index of events, notices with their deliveries, and the index of dead letters. Publishes
``notice_sent`` and ``notice_failed``. Hears every event of intake and matcher, and its own.
"""
