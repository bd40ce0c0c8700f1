"""Matcher owns the dispatch: roster, legs, offers, assignments, who holds an order and until when.

Publishes ``offer_made``, ``offer_declined``, ``offer_expired``, ``leg_assigned``, ``leg_started``,
``leg_handed_back``, ``leg_completed``, ``order_escalated``, ``order_done``. Hears every fact of intake's order.
Volunteers and coordinators are its people.
"""
