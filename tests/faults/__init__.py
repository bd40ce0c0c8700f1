"""The fault harness: real stacks driven through their public doors while faults strike them (docs/faults.md).

``python -m tests.faults`` plays every scenario. A scenario is a module of ``tests/faults/scenarios``; a fault is a
class of ``tests/faults/kinds``, known by its name in ``tests/faults/fault.py``.
"""
