"""From words to services."""

from __future__ import annotations

import pytest

from deploy.layout import DEFAULT_DEFINITION
from services.intake.policies.suggesting import Suggesting
from shared.community.definition import load


@pytest.fixture(scope="module")
def suggesting() -> Suggesting:
    """The reference county's catalogue."""
    return Suggesting(load(DEFAULT_DEFINITION).services, least=0.16, margin=0.08)


@pytest.mark.parametrize(
    ("words", "code"),
    [("楼下流浪狗一直叫", "stray_dogs"), ("路灯坏了", "street_fixtures"), ("电梯停了", "lift_fault")],
)
def test_what_is_meant_comes_first(suggesting: Suggesting, words: str, code: str) -> None:
    """In the words a resident uses, not the catalogue's."""
    assert code == suggesting.suggest(words).services[0].code


def test_its_very_name_is_chosen(suggesting: Suggesting) -> None:
    """Nothing else comes near."""
    assert "stray_dogs" == suggesting.suggest("流浪犬处置").chosen


def test_doubt_is_left_to_the_resident(suggesting: Suggesting) -> None:
    """At most three are shown and none is chosen where no one stands out."""
    told = suggesting.suggest("帮忙")
    assert (True, None) == (len(told.services) <= 3, told.chosen)


def test_words_of_no_service_suggest_nothing(suggesting: Suggesting) -> None:
    """Not a guess."""
    assert ((), None) == (suggesting.suggest("☃☃☃ ???").services, suggesting.suggest("").chosen)
