"""What the operator did or met that the command line answers with one line, never with a stack trace."""

from __future__ import annotations


class StackProblem(Exception):
    """One clear line for the operator; the command ends with exit code 1."""
