"""Tests of the pages: a package, so that its stack and browser end with its last test."""
