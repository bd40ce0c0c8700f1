"""Every import contract can fail: each is broken in a small house of the same plan, and seen broken alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / ".importlinter"

SERVICES = ("intake", "matcher", "notifier")
CHAPTERS = (
    *("__main__", "app", "api", "pages", "consumers", "clocks", "access", "use_cases", "queries"),
    *("migrations", "repository", "models", "policies", "commands", "settings"),
)
DRAWERS = ("messaging", "web", "identity", "persistence", "observability", "community", "contracts")

# Imports that the rules allow are in the small house too, so that a rule grown too strict is seen as well.
ALLOWED = {
    "deploy/ports.py": "",
    "deploy/stack.py": "import nats\nfrom services.intake import app\nfrom shared.contracts import words\n",
    "services/intake/app.py": "import faststream\nfrom services.intake import api, consumers\n",
    "services/intake/consumers.py": "import faststream\nfrom services.intake import use_cases\n",
    "services/intake/api.py": "import fastapi\nfrom services.intake import access, queries, use_cases\n",
    "services/intake/use_cases.py": "from services.intake import access, models, policies, repository\n",
    "services/intake/repository.py": "import sqlalchemy\nfrom services.intake import models\n",
    "services/intake/models.py": "import sqlmodel\nfrom services.intake import policies\n",
    "services/intake/policies.py": "import pydantic\nfrom shared.community import areas\n",
    "shared/contracts/words.py": "import pydantic\n",
    "shared/community/areas.py": "import pydantic\n",
    "shared/messaging/relay.py": "import nats\nfrom shared.persistence import engine\n",
    "shared/persistence/engine.py": "import sqlalchemy\nfrom shared.observability import logging\n",
    "shared/observability/logging.py": "import structlog\n",
}


@dataclass(frozen=True)
class Violation:
    """One rule broken once: ``files`` are added to the small house; exactly ``contract`` must notice."""

    contract: str
    what: str
    files: Mapping[str, str]


VIOLATIONS = (
    Violation(
        "book",
        "a chapter that reads a later one",
        {"services/matcher/models.py": "from services.matcher import use_cases\n"},
    ),
    Violation("book", "a drawer of odds and ends", {"services/notifier/utils.py": ""}),
    Violation(
        "services-apart",
        "a service that calls another",
        {"services/matcher/commands.py": "from services.intake import commands\n"},
    ),
    Violation(
        "services-over-shared",
        "a drawer that knows a service",
        {"shared/web/pages.py": "from services.intake import settings\n"},
    ),
    Violation(
        "services-over-shared",
        "a service that knows its deployment",
        {"services/intake/settings.py": "from deploy import ports\n"},
    ),
    Violation(
        "shared-book",
        "a lower drawer that opens a higher one",
        {"shared/observability/metrics.py": "from shared import identity\n"},
    ),
    Violation(
        "shared-book",
        "a contract that knows the community's definition",
        {"shared/contracts/flows.py": "from shared.community import areas\n"},
    ),
    Violation("shared-book", "an eighth drawer", {"shared/sundries/__init__.py": ""}),
    Violation(
        "pure-core",
        "a policy that knows the database",
        {"services/matcher/policies.py": "import sqlalchemy\n"},
    ),
    Violation(
        "pure-core",
        "a policy that logs by way of a drawer",
        {"services/matcher/policies.py": "from shared.observability import logging\n"},
    ),
    Violation("pure-core", "a command that knows the web", {"services/notifier/commands.py": "import fastapi\n"}),
    Violation(
        "pure-core",
        "a contract that knows the bus's log",
        {"shared/contracts/flows.py": "import structlog\n"},
    ),
    Violation("pure-core", "a definition in tables", {"shared/community/posts.py": "import sqlmodel\n"}),
    Violation("no-sql-at-the-edges", "a page that writes SQL", {"services/matcher/pages.py": "import sqlalchemy\n"}),
    Violation(
        "no-sql-at-the-edges",
        "a use case that writes SQL",
        {"services/matcher/use_cases.py": "import sqlmodel\n"},
    ),
    Violation("consumers-own-the-bus", "a door on the bus", {"services/matcher/api.py": "import nats\n"}),
    Violation(
        "consumers-own-the-bus",
        "a use case on the bus",
        {"services/notifier/use_cases.py": "import faststream\n"},
    ),
    Violation(
        "acyclic",
        "two modules that need each other",
        {
            "shared/web/errors.py": "from shared.web import forms\n",
            "shared/web/forms.py": "from shared.web import errors\n",
        },
    ),
    Violation("three-services", "a fourth service", {"services/billing/__init__.py": ""}),
)


def _contract_names() -> dict[str, str]:
    contracts = ConfigParser()
    contracts.read(CONTRACTS, encoding="utf-8")
    prefix = "importlinter:contract:"
    return {
        contracts[section]["name"]: section.removeprefix(prefix)
        for section in contracts.sections()
        if section.startswith(prefix)
    }


def _build(house: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = house / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _broken(house: Path) -> set[str]:
    """The contracts ``lint-imports`` finds broken there."""
    command = [str(Path(sysconfig.get_path("scripts")) / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200", "NO_COLOR": "1"}
    run = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", run.stdout, flags=re.MULTILINE))
    names = _contract_names()
    assert set(verdicts) == set(names), run.stdout + run.stderr
    broken = {names[name] for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert run.returncode == (1 if broken else 0)
    return broken


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house with every chapter and every drawer, under the project's own contracts."""
    chapters = {f"services/{service}/{chapter}.py": "" for service in SERVICES for chapter in CHAPTERS}
    covers = {f"services/{service}/__init__.py": "" for service in SERVICES}
    drawers = {f"shared/{drawer}/__init__.py": "" for drawer in DRAWERS}
    roofs = {f"{package}/__init__.py": "" for package in ("deploy", "services", "shared")}
    _build(tmp_path, {**roofs, **covers, **chapters, **drawers, **ALLOWED})
    shutil.copy(CONTRACTS, tmp_path)
    return tmp_path


def test_the_house_as_planned_keeps_every_contract(house: Path) -> None:
    """The rules allow what the plan allows."""
    assert _broken(house) == set()


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.what)
def test_a_violation_breaks_its_contract_and_no_other(house: Path, violation: Violation) -> None:
    """``lint-imports`` names exactly the contract that was violated."""
    _build(house, violation.files)
    assert _broken(house) == {violation.contract}


def test_every_contract_is_violated_at_least_once() -> None:
    """A contract that no test can break proves nothing."""
    assert {violation.contract for violation in VIOLATIONS} == set(_contract_names().values())
