"""Rules of the house that the import checker cannot see, each a function over one file's syntax tree.

A rule answers the violations it finds, one line of text each; an empty list means the file keeps the rule.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

DOORS = frozenset({"api", "pages", "consumers", "clocks"})
TIMELESS = frozenset({"use_cases", "policies", "models"})
PUBLISHING = frozenset({"publish", "publish_async", "publisher"})
MAY_PUBLISH: Mapping[str, frozenset[str]] = {
    "shared/messaging/publishing.py": PUBLISHING,
    # What goes out with others as one batch, for publishing.py.
    "shared/messaging/bus.py": frozenset({"publish"}),
    # Copies of what was published already, to the dead-letter stream.
    "shared/messaging/dead_letters.py": frozenset({"publish"}),
    # Names what the relay publishes, on a broker that is never connected.
    "shared/messaging/asyncapi.py": frozenset({"publisher"}),
    # A question to every server of the broker, which as many answer as there are: a request takes one answer.
    "deploy/servers.py": frozenset({"publish"}),
}
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})
CLOCK_AND_ID_MODULES = frozenset({"time", "uuid", "uuid_utils"})
EMPTY_NAMES = frozenset(
    f"{word}{plural}"
    for word in ("util", "helper", "common", "base", "manager", "task", "item", "data", "info", "misc")
    for plural in ("", "s")
)
MOST_LINES = 250


@dataclass(frozen=True)
class SourceFile:
    """One Python file, by its path from the root of the house."""

    path: PurePosixPath
    text: str

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text, filename=str(self.path))

    @property
    def chapter(self) -> str | None:
        """``api`` for ``services/intake/api.py`` and ``services/intake/api/orders.py``; None elsewhere."""
        parts = self.path.parts
        return parts[2].removesuffix(".py") if len(parts) > 2 and parts[0] == "services" else None


Rule = Callable[[SourceFile], list[str]]


def python_files(root: Path) -> list[SourceFile]:
    """Every Python file of the house: deploy, services, shared."""
    return [
        SourceFile(PurePosixPath(path.relative_to(root).as_posix()), path.read_text(encoding="utf-8"))
        for drawer in ("deploy", "services", "shared")
        for path in sorted((root / drawer).rglob("*.py"))
    ]


def doors_leave_the_repository_alone(file: SourceFile) -> list[str]:
    """A door asks a use case or a query; of the repository's file it may name types alone."""
    if file.chapter not in DOORS:
        return []
    tree = file.tree
    whole = [f"imports {name}" for name in _imported(tree) if name.rsplit(".", 1)[-1] == "repository"]
    named = {name.rsplit(".", 1)[-1] for name in _imported(tree) if "repository" in name.split(".")[:-1]}
    types = {id(node) for annotation in _annotations(tree) for node in ast.walk(annotation)}
    used = [
        f"uses {word} in line {line}"
        for word, line, node in _words(tree)
        if id(node) not in types and (word == ".repository" or word in named)
    ]
    return whole + used


def only_the_relay_publishes(file: SourceFile) -> list[str]:
    """Events leave through the outbox, and from there through the relay alone."""
    forbidden = PUBLISHING - MAY_PUBLISH.get(str(file.path), frozenset())
    return [f"calls .{name}() in line {line}" for name, line in _called_attributes(file.tree) if name in forbidden]


def time_and_ids_are_passed_in(file: SourceFile) -> list[str]:
    """Use cases, policies and models work with the time and the ids they are given."""
    if file.chapter not in TIMELESS:
        return []
    imported = [f"imports {name}" for name in _imported(file.tree) if name.split(".")[0] in CLOCK_AND_ID_MODULES]
    called = [f"calls .{name}() in line {line}" for name, line in _called_attributes(file.tree) if name in CLOCK_CALLS]
    return imported + called + [f"takes {name} in line {line}" for name, line in _clocks_taken(file.tree)]


def names_say_what_is_inside(file: SourceFile) -> list[str]:
    """No module, package or class is called by a word that fits everything."""
    modules = [part.removesuffix(".py") for part in file.path.parts]
    classes = [node.name for node in ast.walk(file.tree) if isinstance(node, ast.ClassDef)]
    return [f"is called {name}" for name in modules if EMPTY_NAMES & set(name.split("_"))] + [
        f"has a class {name}"
        for name in classes
        if EMPTY_NAMES & {word.lower() for word in re.findall("[A-Z][a-z]*", name)}
    ]


def files_are_short(file: SourceFile) -> list[str]:
    """A file fits a reader's head; migrations are written once and excepted."""
    if "versions" in file.path.parts and "migrations" in file.path.parts:
        return []
    lines = len(file.text.splitlines())
    return [f"has {lines} lines"] if lines > MOST_LINES else []


RULES: tuple[Rule, ...] = (
    doors_leave_the_repository_alone,
    only_the_relay_publishes,
    time_and_ids_are_passed_in,
    names_say_what_is_inside,
    files_are_short,
)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield node.returns


def _words(tree: ast.Module) -> Iterator[tuple[str, int, ast.expr]]:
    """Every name as ``name`` and every attribute as ``.name``, with its line and node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno, node
        elif isinstance(node, ast.Attribute):
            yield f".{node.attr}", node.lineno, node


def _called_attributes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno


def _clocks_taken(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """``default_factory=datetime.now``: the clock is not called here, but it is fetched all the same."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_CALLS and id(node) not in called:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in {"datetime", "date"}:
                yield f"{owner}.{node.attr}", node.lineno
