"""What every application of the tests would make again is made once in a process: thousands of them are made.

Routes read, statements compiled, templates compiled and catalogues parsed took most of the suite's time. Each is kept
by all it depends on, so that what is kept is what would be made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from dataclasses import replace
from types import FunctionType, MethodType
from typing import Any, TypeGuard

import jinja2
from fastapi import routing
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, get_parameterless_sub_dependant
from fastapi.params import Depends
from fastapi.utils import create_model_field
from jinja2.bccache import Bucket
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from shared.persistence import engine
from shared.web import i18n, templating

STATEMENTS = 4000
"""Compiled statements that are kept, of all services on both databases."""

_dependants: dict[Hashable, tuple[object, Dependant]] = {}
_answers: dict[Hashable, tuple[object, Any]] = {}
_fields: dict[Hashable, ModelField] = {}
_statements: Any = LRUCache(STATEMENTS)


def install() -> None:
    """From here on, for every application of this process."""
    routes: Any = routing
    routes.get_dependant = _dependant
    routes.get_parameterless_sub_dependant = _outer_dependant
    routes.create_model_field = _field
    for dialect in (PGDialect_asyncpg, SQLiteDialect_aiosqlite):
        _alike(dialect)
    engines: Any = engine
    engines.create_async_engine = _connected
    templates: Any = templating
    templates.Environment = functools.partial(jinja2.Environment, bytecode_cache=_Templates())
    languages: Any = i18n
    languages._translations = functools.cache(i18n._translations)


def _source_of(call: Any) -> tuple[Hashable, object] | None:
    """What stands for how a function's or a method's signature is read, and what must stay alive for that.

    None where annotations are no texts that name what the module holds: then it is read every time.
    """
    if isinstance(call, MethodType):
        source = _source_of(call.__func__)
        return source and (("method", source[0]), source[1])
    if not isinstance(call, FunctionType) or hasattr(call, "__wrapped__") or hasattr(call, "__signature__"):
        return None
    if not all(isinstance(one, str) for one in call.__annotations__.values()):
        return None
    found, kept = [], []
    for default in _defaults_of(call).values():
        source = _source_of(default.dependency) if _is_plain(default) else (id(default), default)
        if source is None:
            return None
        found.append(source[0])
        kept.append(source[1])
    return (call.__code__, id(call.__globals__), tuple(found)), (call.__globals__, kept)


def _defaults_of(call: Any) -> dict[str, Any]:
    """What a function takes for granted, by parameter."""
    function = call.__func__ if isinstance(call, MethodType) else call
    named = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    return dict(zip(named[len(named) - len(defaults) :], defaults, strict=True)) | (function.__kwdefaults__ or {})


def _is_plain(default: object) -> TypeGuard[Depends]:
    return type(default) is Depends and default.max_concurrency is None


def _dependant(*, path: str, call: Callable[..., Any], scope: Any = None) -> Dependant:
    source = _source_of(call)
    if source is None:
        return get_dependant(path=path, call=call, scope=scope)
    key = (path, scope, source[0])
    if key not in _dependants:
        _dependants[key] = (source[1], get_dependant(path=path, call=call, scope=scope))
    return _as_read(_dependants[key][1], call)


def _outer_dependant(*, depends: Any, path: str) -> Dependant:
    """What all routes of an application depend on."""
    call: Any = depends.dependency
    source = _source_of(call)
    if source is None or not _is_plain(depends):
        return get_parameterless_sub_dependant(depends=depends, path=path)
    key = (path, depends.use_cache, depends.scope, "outer", source[0])
    if key not in _dependants:
        _dependants[key] = (source[1], get_parameterless_sub_dependant(depends=depends, path=path))
    return _as_read(_dependants[key][1], call)


def _as_read(known: Dependant, call: Any) -> Dependant:
    """What was read of another function of one source, for this one and for what this one depends on."""
    own = {name: one.dependency for name, one in _defaults_of(call).items() if _is_plain(one)}
    parts = [_as_read(part, own[part.name]) if part.name in own else part for part in known.dependencies]
    return replace(known, call=call, dependencies=parts, body_params=list(known.body_params))


def _field(*, name: str, type_: Any, mode: Any = "validation") -> ModelField:
    """The model of an answer; the field keeps the type alive that it is found by."""
    key = (name, mode, type_)
    if key not in _fields:
        _fields[key] = create_model_field(name=name, type_=type_, mode=mode)
    return _fields[key]


def _alike(dialect: type[Any]) -> None:
    """Two engines of one kind compile alike: a test gives none of them an option of its own."""
    kinds: Any = dialect
    kinds.__eq__ = lambda self, other: type(self) is type(other)
    kinds.__hash__ = lambda self: hash(type(self))


def _connected(url: Any, **options: Any) -> AsyncEngine:
    made = create_async_engine(url, **options)
    kept: Any = made.sync_engine
    kept._compiled_cache = _statements
    return made


class _Templates(jinja2.BytecodeCache):
    """Compiled templates by their source; Jinja compares its checksum."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is kept of this template."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()
