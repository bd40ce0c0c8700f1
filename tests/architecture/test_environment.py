"""``.env.example`` is the list of settings an operator reads: it names all of them, and no other."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from shared.web.settings import OWN, PREFIX, ServiceSettings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"


def _settings_classes() -> list[type[BaseSettings]]:
    modules = [
        *ROOT.glob("services/*/settings.py"),
        *ROOT.glob("shared/*/settings.py"),
        ROOT / "deploy/settings.py",
    ]
    return [
        member
        for path in sorted(modules)
        for module in [importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))]
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, BaseSettings) and member.__module__ == module.__name__ and member is not ServiceSettings
    ]


def _variables(classes: Sequence[type[BaseSettings]]) -> set[str]:
    """The variables they read. Of a service's setting the form that all services share, unless each service has a
    value of its own there: a database and a port, and what has another default in another service.
    """
    services = [settings for settings in classes if issubclass(settings, ServiceSettings)]
    defaults: dict[str, set[str]] = defaultdict(set)
    for settings in services:
        for name, field in settings.model_fields.items():
            defaults[name].add(repr(field.default))
    own = OWN | {name for name, values in defaults.items() if len(values) > 1}
    read = {
        f"{PREFIX}{settings.service.upper()}_{name.upper()}" if name in own else f"{PREFIX}{name.upper()}"
        for settings in services
        for name in settings.model_fields
    }
    others = [settings for settings in classes if not issubclass(settings, ServiceSettings)]
    return read | {f"{PREFIX}{name.upper()}" for settings in others for name in settings.model_fields}


def _example() -> dict[str, str]:
    """Every variable of the example with its value; a commented one (``# PAIDAN_X=``) counts as well."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2] for line in lines if (found := re.match(r"(?:# ?)?(PAIDAN_\w+)=(.*)$", line))}


def _differences(code: Iterable[str], example: Iterable[str]) -> list[str]:
    only_code, only_example = sorted(set(code) - set(example)), sorted(set(example) - set(code))
    return [f"not in .env.example: {name}" for name in only_code] + [
        f"read by nothing: {name}" for name in only_example
    ]


def test_the_example_lists_exactly_the_settings_of_the_code() -> None:
    """A new setting is documented in the commit that adds it, a dropped one disappears."""
    assert _differences(_variables(_settings_classes()), _example()) == []


def test_the_settings_of_every_service_are_read() -> None:
    """The comparison covers the three services and the local stack."""
    owners = {settings.__module__ for settings in _settings_classes()}
    services = {f"services.{service}.settings" for service in ("intake", "matcher", "notifier")}
    assert owners == services | {"deploy.settings"}


def test_the_values_of_the_example_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone who copies the example and changes nothing changes nothing."""
    services = [settings for settings in _settings_classes() if settings.__module__.startswith("services.")]
    for name in [name for name in os.environ if name.startswith("PAIDAN_")]:
        monkeypatch.delenv(name)
    defaults = [settings() for settings in services]
    for name, value in _example().items():
        monkeypatch.setenv(name, value)
    assert [settings() for settings in services] == defaults


def test_a_setting_missing_on_either_side_is_named() -> None:
    """The comparison tells both a forgotten variable and one that nothing reads."""
    told = _differences({"PAIDAN_CLOCK", "PAIDAN_KEYS"}, {"PAIDAN_KEYS", "PAIDAN_COLOUR"})
    assert told == ["not in .env.example: PAIDAN_CLOCK", "read by nothing: PAIDAN_COLOUR"]


def test_settings_with_a_value_for_each_service_are_listed_for_each() -> None:
    """One variable cannot be the default of two services that differ; what they agree on has one name."""

    class Slow(ServiceSettings):
        service = "intake"
        pause_seconds: float = 5.0
        rows: int = 1

    class Fast(ServiceSettings):
        service = "matcher"
        pause_seconds: float = 1.0
        rows: int = 1

    listed = {name for name in _variables([Slow, Fast]) if name.endswith(("PAUSE_SECONDS", "ROWS", "_PORT"))}
    expected = {"INTAKE_PAUSE_SECONDS", "MATCHER_PAUSE_SECONDS", "ROWS", "INTAKE_PORT", "MATCHER_PORT"}
    assert {f"PAIDAN_{name}" for name in expected} == listed
