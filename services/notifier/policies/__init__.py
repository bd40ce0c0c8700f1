"""Notifier's decisions over plain values: who hears of what, in which words, and when a delivery is tried again."""
