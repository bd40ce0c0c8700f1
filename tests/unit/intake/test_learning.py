"""What coordinators' corrections add to suggestions."""

from __future__ import annotations

import pytest

from deploy.layout import DEFAULT_DEFINITION
from services.intake.policies.learning import Lesson, learnable, taught
from services.intake.policies.suggesting import Suggested, Suggesting
from shared.community.definition import Community, load

COORDINATORS = ("c-1", "c-2", "c-3")


@pytest.fixture(scope="module")
def county() -> Community:
    """The reference county."""
    return load(DEFAULT_DEFINITION)


@pytest.fixture(scope="module")
def suggesting(county: Community) -> Suggesting:
    """Its catalogue and phrases."""
    return Suggesting(county.services, county.phrases)


def after(suggesting: Suggesting, text: str, service: str, by: tuple[str, ...], count: int) -> Suggested:
    """What a text suggests once coordinators have taught its very words so often."""
    weights = suggesting.weighed(text)
    runs = learnable(weights)
    lessons = [Lesson(service, run, one, count) for run in runs for one in by]
    return suggesting.suggest(text, taught({run: weights[run] for run in runs}, lessons))


def test_words_nobody_knew_are_learned_from_corrections(suggesting: Suggesting) -> None:
    """Three coordinators who have corrected the same often enough are followed, also in what is chosen."""
    words = "麻烦弄一下那个扎扎机"
    before = suggesting.suggest(words)
    learned = after(suggesting, words, "appliance_repair", COORDINATORS, 3)
    assert (True, "appliance_repair", "appliance_repair") == (
        before.chosen is None, learned.services[0].code, learned.chosen,
    )  # fmt: skip


def test_one_mischievous_coordinator_cannot_overturn_the_catalogue(county: Community, suggesting: Suggesting) -> None:
    """However often one of them teaches another service for its own name and phrases, what was chosen leads."""
    own = [(service.code, service.name.zh) for service in county.services]
    clear = [(one.service, one.phrase) for one in county.phrases.said if suggesting.suggest(one.phrase).chosen]
    wrong = [
        (text, code)
        for code, text in own + clear[::4]
        for other in ("haircut", "moving")
        if other != code and after(suggesting, text, other, ("c-1",), 10_000).services[0].code != code
    ]
    assert (True, []) == (len(clear) > 500, wrong)


def test_danger_is_not_unlearned(suggesting: Suggesting) -> None:
    """No correction makes words of danger a service."""
    learned = after(suggesting, "厨房着火了", "sweeping", COORDINATORS, 3)
    assert (True, None) == (learned.danger, learned.chosen)
