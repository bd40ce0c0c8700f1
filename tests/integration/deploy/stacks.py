"""Ports for stacks of the tests: seven in a row that nobody listens on."""

from __future__ import annotations

from deploy.layout import Ports
from deploy.problems import StackProblem
from tests.servers import free_port


def free_port_base() -> int:
    """A port base whose ports are all free at this moment."""
    for _ in range(50):
        ports = Ports(min(free_port(), 65000))
        try:
            ports.ensure_free()
        except StackProblem:
            continue
        return ports.base
    raise AssertionError("no seven free ports in a row")
