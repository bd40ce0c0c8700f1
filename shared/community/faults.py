"""What is wrong with a definition: each fault names the file, the place in it and the broken rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError


@dataclass(frozen=True)
class Fault:
    """One broken rule. ``place`` is a path such as ``services[3].post`` or ``row 17, parent``; empty for the
    whole file.
    """

    file: str
    place: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.rule}" if self.place else f"{self.file}: {self.rule}"


class DefinitionInvalid(ValueError):
    """The definition breaks rules; ``faults`` has every one that could be found in one reading."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("the definition is not valid\n" + "\n".join(f"  {fault}" for fault in self.faults))


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Entry(Generic[M]):
    """A valid part of a definition and where it stands, so that a later rule can still name the place."""

    value: M
    file: str
    place: str

    def fault(self, name: str, rule: str) -> Fault:
        """A fault about one field of this entry."""
        return Fault(self.file, join(self.place, name), rule)


class Faults(list[Fault]):
    """Collects what is wrong while a definition is read."""

    def entry(self, model: type[M], raw: Any, file: str, place: str) -> Entry[M] | None:
        """Validate one part; None when it is not valid, with a fault for each thing wrong."""
        try:
            return Entry(model.model_validate(raw), file, place)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_context=False, include_input=False):
                self.append(Fault(file, join(place, *each["loc"]), each["msg"]))
            return None

    def unique(self, entries: Sequence[Entry[M]], name: str, key: Callable[[M], str]) -> None:
        """Codes are given once."""
        seen: set[str] = set()
        for entry in entries:
            code = key(entry.value)
            if code in seen:
                self.append(entry.fault(name, f"{code!r} is given twice"))
            seen.add(code)

    def end_here_if_any(self) -> None:
        """Stop reading where later rules would only repeat what is already wrong."""
        if self:
            raise DefinitionInvalid(self)


def join(place: str, *parts: str | int) -> str:
    """``services[3]`` and ``name``, ``zh`` make ``services[3].name.zh``; rows take a comma first."""
    path = place
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not path:
            path = part
        else:
            path += (", " if path.startswith("row ") and "," not in path else ".") + part
    return path
