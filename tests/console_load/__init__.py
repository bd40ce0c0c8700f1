"""``make console-load``: the console against a million stored events."""
