"""Notifier's use cases: one verb for each command, event and clock, over lists; all run by one writer."""
