"""What every table's rows are: SQLModel's tables, without the way each attribute takes there.

SQLModel does not validate rows of tables, and yet sends each attribute of each row through pydantic and SQLAlchemy in
turn, name by name. A row is made of what its constructor is told here, in one step; a change goes to SQLAlchemy alone.
Measured in docs/performance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlmodel import SQLModel


@dataclass(frozen=True)
class Shape:
    """A table's columns, the defaults some have, and those whose default is made anew for each row."""

    names: frozenset[str]
    defaults: Mapping[str, Any]
    made_anew: Mapping[str, Callable[[], Any]]

    @classmethod
    def of(cls, fields: Mapping[str, FieldInfo]) -> Self:
        """As the class says."""
        made_anew: dict[str, Any] = {name: one.default_factory for name, one in fields.items() if one.default_factory}
        defaults = {name: one.default for name, one in fields.items() if one.default is not PydanticUndefined}
        return cls(frozenset(fields), defaults, made_anew)


class Row(SQLModel):
    """A row of a table. ``TypeError`` for a column the table has not."""

    model_config = {"defer_build": True}  # nothing is validated: nobody needs what that would take

    _shape: ClassVar[Shape | None] = None

    def __init__(self, **values: Any) -> None:
        shape = self._shape_of()
        if not shape.names.issuperset(values):
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(values.keys() - shape.names))}")
        state = self.__dict__
        state.update(shape.defaults)
        for name, make in shape.made_anew.items():
            if name not in values:
                state[name] = make()
        state.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @classmethod
    def _shape_of(cls) -> Shape:
        if (shape := cls.__dict__.get("_shape")) is None:
            shape = Shape.of(cls.model_fields)
            type.__setattr__(cls, "_shape", shape)
        return cast("Shape", shape)
