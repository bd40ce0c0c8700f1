"""Intake owns the order: its state, outcome, contact and timeline.

Publishes ``order_placed``, ``order_amended``, ``order_cancelled``, ``order_reviewed``, ``order_reopened``,
``order_closed``. Hears every fact of matcher's dispatch and moves the order by it. Residents are its people.
"""
