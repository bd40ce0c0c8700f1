"""``paidan verify``: the invariants of a running stack, checked from outside over its databases and broker."""
