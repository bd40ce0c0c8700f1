"""The words of the notices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.notifier.app import HERE
from services.notifier.policies.texts import TEXTS
from services.notifier.queries import Wording
from services.notifier.queries.wording import Told
from shared.community.definition import Community, load
from shared.contracts.words import Role
from shared.web.i18n import Language, Readers
from tests.unit.community import small_county
from tests.unit.notifier.story import Story
from tests.unit.notifier.test_confirmations import TABLE, heard_of_last


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("county")))


@pytest.fixture(scope="module")
def wording(rules: Community) -> Wording:
    """Notifier's words as the service says them."""
    return Wording(rules, Readers("notifier", Path(HERE) / "locale"))


def test_every_notice_that_can_be_made_has_words_and_no_words_are_left_over() -> None:
    """The texts are those of the confirmation table, no more and no less."""
    made = {
        (kind, role)
        for tell, _ in TABLE.values()
        for kind, who in heard_of_last(tell(Story())).items()
        for role, _ in who
    }
    assert made == set(TEXTS)


@pytest.mark.parametrize(("kind", "role"), TEXTS)
def test_a_notice_names_the_order_and_its_service_in_both_languages(wording: Wording, kind: str, role: Role) -> None:
    """Reference and service are in it, in Chinese and English, and the two differ."""
    said = wording.in_all_languages(Told(kind, role, "PD-0001", "homework"))
    assert ["en", "zh"] == sorted(said)
    assert all("PD-0001" in text for text in said.values())
    assert re.search(r"[\u4e00-\u9fff]", re.sub(r"（.*）", "", said["zh"]))
    assert not re.search(r"[\u4e00-\u9fff]", said["en"])


def test_a_service_is_named_as_the_catalogue_names_it(wording: Wording, rules: Community) -> None:
    """The reader sees the service's name, not its code; a service that is gone keeps its code."""
    name = rules.services_by_code["homework"].name
    said = wording.in_all_languages(Told("order_placed", Role.RESIDENT, "PD-0001", "homework"))
    assert name.zh in said["zh"]
    assert name.en in said["en"]
    assert (
        "retired-service" in wording.in_all_languages(Told("order_placed", Role.RESIDENT, "x", "retired-service"))["zh"]
    )


def test_the_reader_decides_the_language(wording: Wording) -> None:
    """A letterbox speaks its reader's language."""
    readers = Readers("notifier", Path(HERE) / "locale")
    texts = {
        wording.say(Told("offer_made", Role.VOLUNTEER, "PD-0001", "homework"), readers.of(language))
        for language in Language
    }
    assert len(Language) == len(texts)
