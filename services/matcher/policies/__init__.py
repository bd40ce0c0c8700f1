"""Matcher's rules: pure decisions over plain values."""
