"""What the services tell about themselves, read from the code: metrics, and the facts in their logs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from shared.observability import metrics

ROOT = Path(__file__).parents[2]
LEVELS = frozenset({"debug", "info", "warning", "error", "exception"})


def metrics_rows() -> list[tuple[str, str, str, str]]:
    """Name as it is served, type, labels and meaning of every metric of ours."""
    rows = []
    for one in vars(metrics).values():
        if isinstance(one, MetricWrapperBase):
            name, kind = str(one._name), str(one._type)
            served = {"counter": f"{name}_total", "info": f"{name}_info"}.get(kind, name)
            rows.append((served, kind, ", ".join(one._labelnames), one._documentation))
    return sorted(rows)


def facts_logged() -> list[tuple[str, str]]:
    """Each dotted fact with its fields, wherever a service or a drawer logs it."""
    found: dict[str, set[str]] = {}
    for file in sorted([*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/**/*.py")]):
        for name, fields in _logged(ast.parse(file.read_text(encoding="utf-8"))):
            found.setdefault(name, set()).update(fields)
    return [(name, ", ".join(sorted(fields))) for name, fields in sorted(found.items())]


def _logged(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value), [keyword.arg or "…" for keyword in node.keywords]


def registered() -> set[str]:
    """Every series name that ``/metrics`` may show, with the suffixes of its kind."""
    names = set()
    for name, kind, _, _ in metrics_rows():
        names |= {name} | ({f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind == "histogram" else set())
    for family in REGISTRY.collect():
        names |= {sample.name for sample in family.samples}
    return names


def page() -> str:
    """The tables of docs/observability.md."""
    lines = ["| metric | type | labels | meaning |", "| --- | --- | --- | --- |"]
    lines += [f"| `{name}` | {kind} | {labels or '–'} | {meaning} |" for name, kind, labels, meaning in metrics_rows()]
    lines += ["", "| fact | fields |", "| --- | --- |"]
    lines += [f"| `{name}` | {fields or '–'} |" for name, fields in facts_logged()]
    return "\n".join(lines)
