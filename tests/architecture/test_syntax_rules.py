"""The rules on the syntax tree hold for the whole house, and each catches what it is there to catch."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.architecture import syntax_rules
from tests.architecture.syntax_rules import RULES, Rule, SourceFile

ROOT = Path(__file__).parents[2]
HOUSE = syntax_rules.python_files(ROOT)

CAUGHT: tuple[tuple[Rule, str, str], ...] = (
    (
        syntax_rules.doors_leave_the_repository_alone,
        "services/intake/api.py",
        "from services.intake.repository import Repository\n\nrows = Repository(session)\n",
    ),
    (
        syntax_rules.doors_leave_the_repository_alone,
        "services/intake/pages/board.py",
        "from services.intake import repository\n",
    ),
    (
        syntax_rules.doors_leave_the_repository_alone,
        "services/intake/clocks.py",
        "from . import repository\n",
    ),
    (
        syntax_rules.doors_leave_the_repository_alone,
        "services/matcher/consumers.py",
        "async def on_order_placed(uow, facts):\n    await uow.repository.save(facts)\n",
    ),
    (
        syntax_rules.only_the_relay_publishes,
        "services/intake/use_cases.py",
        "async def place_order(broker, body):\n    await broker.publish(body, 'intake.order_placed')\n",
    ),
    (
        syntax_rules.only_the_relay_publishes,
        "services/matcher/app.py",
        "def attach(js):\n    js.publish_async('matcher.x', b'')\n",
    ),
    (
        syntax_rules.only_the_relay_publishes,
        "services/notifier/consumers.py",
        "@broker.publisher('notifier.x')\nasync def on_x(): ...\n",
    ),
    (
        syntax_rules.only_the_relay_publishes,
        "shared/messaging/asyncapi.py",
        "async def send(js):\n    await js.publish('x', b'')\n",
    ),
    (
        syntax_rules.time_and_ids_are_passed_in,
        "services/matcher/policies/waves.py",
        "import datetime\n\nnow = datetime.datetime.now(datetime.UTC)\n",
    ),
    (
        syntax_rules.time_and_ids_are_passed_in,
        "services/matcher/models.py",
        "from datetime import datetime\n\nmade = Field(default_factory=datetime.utcnow)\n",
    ),
    (
        syntax_rules.time_and_ids_are_passed_in,
        "services/intake/use_cases/placing.py",
        "from time import time\n",
    ),
    (syntax_rules.time_and_ids_are_passed_in, "services/intake/models.py", "from uuid_utils import uuid7\n"),
    (syntax_rules.time_and_ids_are_passed_in, "services/intake/policies.py", "import uuid\n"),
    (syntax_rules.names_say_what_is_inside, "shared/web/utils.py", ""),
    (syntax_rules.names_say_what_is_inside, "shared/web/form_helpers.py", ""),
    (syntax_rules.names_say_what_is_inside, "services/intake/common/__init__.py", ""),
    (syntax_rules.names_say_what_is_inside, "deploy/stack.py", "class StackManager: ...\n"),
    (syntax_rules.files_are_short, "deploy/demo.py", "x = 1\n" * 251),
)

ALLOWED: tuple[tuple[Rule, str, str], ...] = (
    (
        syntax_rules.doors_leave_the_repository_alone,
        "services/intake/consumers.py",
        "from services.intake.repository import Unit\n\nasync def on_x(uow: Unit) -> None: ...\n",
    ),
    (
        syntax_rules.doors_leave_the_repository_alone,
        "services/intake/use_cases.py",
        "from services.intake.repository import Repository\n",
    ),
    (
        syntax_rules.only_the_relay_publishes,
        "shared/messaging/publishing.py",
        "async def send(js):\n    await js.publish('x', b'')\n",
    ),
    (
        syntax_rules.only_the_relay_publishes,
        "services/matcher/app.py",
        "async def ask(nc):\n    await nc.request('rpc.intake.contact', b'')\n",
    ),
    (
        syntax_rules.time_and_ids_are_passed_in,
        "services/intake/use_cases.py",
        "async def place_orders(uow, commands):\n    return uow.now, uow.new_id()\n",
    ),
    (
        syntax_rules.time_and_ids_are_passed_in,
        "services/intake/app.py",
        "from datetime import UTC, datetime\n\nstarted = datetime.now(UTC)\n",
    ),
    (syntax_rules.names_say_what_is_inside, "shared/persistence/database.py", "class Database: ...\n"),
    (syntax_rules.files_are_short, "services/intake/migrations/versions/0001_first.py", "x = 1\n" * 251),
    (syntax_rules.files_are_short, "deploy/demo.py", "x = 1\n" * 250),
)


def _source(path: str, text: str) -> SourceFile:
    return SourceFile(PurePosixPath(path), text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    """No file of deploy, services or shared breaks it."""
    broken = [f"{file.path} {violation}" for file in HOUSE for violation in rule(file)]
    assert broken == []


def test_the_rules_are_asked_about_the_whole_house() -> None:
    """The files under the rules are those of the three services, the drawers and deploy."""
    seen = {"/".join(file.path.parts[:2]) for file in HOUSE}
    assert {"services/intake", "services/matcher", "services/notifier", "shared/contracts"} <= seen
    assert any(file.path.parts[0] == "deploy" for file in HOUSE)


@pytest.mark.parametrize(("rule", "path", "text"), CAUGHT)
def test_a_planted_violation_is_caught(rule: Rule, path: str, text: str) -> None:
    """The rule names the file that breaks it."""
    assert len(rule(_source(path, text))) == 1


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_what_the_rule_allows_is_left_alone(rule: Rule, path: str, text: str) -> None:
    """A rule too strict would be worked around, so its limits are tested too."""
    assert rule(_source(path, text)) == []


def test_every_rule_has_a_planted_violation() -> None:
    """A rule that no test can break proves nothing."""
    assert {rule for rule, _, _ in CAUGHT} == set(RULES)
