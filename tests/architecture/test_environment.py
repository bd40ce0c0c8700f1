"""``.env.example`` is the list of settings an operator reads: it names all of them, and no other."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from shared.web.settings import OWN, ServiceSettings

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
        if issubclass(member, BaseSettings) and member.__module__ == module.__name__
    ]


def _variables(settings: type[BaseSettings]) -> set[str]:
    """The variables a class reads, in the form that all services share where there is one."""
    if settings is ServiceSettings:
        return set()
    prefix = str(settings.model_config.get("env_prefix") or "PAIDAN_")
    own = f"{prefix}{settings.service.upper()}_" if issubclass(settings, ServiceSettings) else prefix
    return {f"{own if name in OWN else prefix}{name.upper()}" for name in settings.model_fields}


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
    read = set().union(*(_variables(settings) for settings in _settings_classes()))
    assert _differences(read, _example()) == []


def test_the_settings_of_every_service_are_read() -> None:
    """The comparison covers the three services and the local stack."""
    owners = {settings.__module__ for settings in _settings_classes()}
    services = {f"services.{service}.settings" for service in ("intake", "matcher", "notifier")}
    assert services | {"shared.web.settings", "deploy.settings"} == owners


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
