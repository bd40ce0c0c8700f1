"""Finding the texts to translate: an extraction method for Babel that knows how this project says no.

Besides ``gettext``, ``ngettext`` and ``msgid`` it finds the titles and details of refusals, the details of
field errors, what validators of commands raise and the values of ``Sentences``: policies and commands know no
framework, so they cannot mark theirs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parents[2]
Found = tuple[int, str | None, str | tuple[str, ...], list[str]]
"""Babel's form of a message: line, function, text (or singular and plural), comments."""

_MARKERS = frozenset({"_", "gettext", "msgid"})
_VALIDATORS = frozenset({"field_validator", "model_validator"})


def extract_python(
    file: BinaryIO,
    keywords: object = None,
    comment_tags: object = None,
    options: object = None,
) -> Iterator[Found]:
    """The messages of one Python file. Babel calls it by these names; the markers are always ours."""
    path = Path(file.name)
    is_commands = "commands" in (path.stem, path.parent.name)  # all it raises is about what somebody typed
    known = refusals() | {"ValueError"} if is_commands or "contracts" in path.parts else refusals()
    yield from _visit(ast.parse(file.read()), known, in_validator=is_commands)


@cache
def refusals() -> frozenset[str]:
    """The names of all refusals of the project: ``Refusal`` and whatever derives from it."""
    bases: dict[str, set[str]] = {}
    for folder in ("shared", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.ClassDef):
                    bases.setdefault(node.name, set()).update(_name(base) for base in node.bases)
    known = {"Refusal"}
    while more := {name for name, its in bases.items() if its & known} - known:
        known |= more
    return frozenset(known)


def _visit(node: ast.AST, known: frozenset[str], *, in_validator: bool) -> Iterator[Found]:
    if isinstance(node, ast.ClassDef) and node.name in known:
        yield from _titles(node)
    if isinstance(node, ast.ClassDef) and any(_name(base) == "Sentences" for base in node.bases):
        yield from _sentences(node)
    if isinstance(node, ast.FunctionDef):
        in_validator = in_validator or any(_name(mark) in _VALIDATORS for mark in node.decorator_list)
    if isinstance(node, ast.Call):
        yield from _call(node, known, in_validator=in_validator)
    for child in ast.iter_child_nodes(node):
        yield from _visit(child, known, in_validator=in_validator)


def _titles(node: ast.ClassDef) -> Iterator[Found]:
    for line in node.body:
        if isinstance(line, ast.Assign):
            targets = line.targets
        elif isinstance(line, ast.AnnAssign):
            targets = [line.target]
        else:
            continue
        text = _text(line.value)
        if text and any(_name(target) == "title" for target in targets):
            yield line.lineno, None, text, []


def _sentences(node: ast.ClassDef) -> Iterator[Found]:
    for line in node.body:
        if isinstance(line, ast.Assign) and (text := _text(line.value)):
            yield line.lineno, None, text, []


def _call(node: ast.Call, known: frozenset[str], *, in_validator: bool) -> Iterator[Found]:
    name = _name(node.func)
    place = _PLACES.get(name)
    if name in known and (in_validator or name != "ValueError"):
        place = _first
    if place is None:
        return
    found = place(node)
    if found:
        yield node.lineno, "ngettext" if isinstance(found, tuple) else None, found, []


def _first(node: ast.Call) -> str:
    return _text(node.args[0]) if node.args else _keyword(node, "detail")


def _second(node: ast.Call) -> str:
    return _text(node.args[1]) if len(node.args) > 1 else _keyword(node, "detail")


def _counted(node: ast.Call) -> tuple[str, ...]:
    forms = tuple(_text(argument) for argument in node.args[:2])
    return forms if len(forms) == 2 and all(forms) else ()


def _keyword(node: ast.Call, name: str) -> str:
    return next((_text(keyword.value) for keyword in node.keywords if keyword.arg == name), "")


_PLACES: Mapping[str, Callable[[ast.Call], str | tuple[str, ...]]] = {
    **dict.fromkeys(_MARKERS, _first),
    "FieldError": _second,
    "PydanticCustomError": _second,
    "ngettext": _counted,
}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call | ast.Subscript):
        return _name(node.func if isinstance(node, ast.Call) else node.value)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
