"""One message of several notices, and the short words of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notifier.app import HERE
from services.notifier.policies.concerned import Serving
from services.notifier.policies.messages import SHORTEST, Said, compose
from services.notifier.policies.short_texts import SHORT, SHORT_DETAILED
from services.notifier.policies.texts import ALERT_TEXTS, DETAILED, TEXTS, TEXTS_OF_TIME
from services.notifier.queries import Wording
from services.notifier.queries.wording import Told
from shared.community.definition import Community, load
from shared.contracts.reaching import Reach
from shared.contracts.words import Role, Window
from shared.web.i18n import Language, Readers
from tests.unit.community import small_county
from tests.unit.notifier.story import GRID

REFERENCE = "261122-ABCD-EFGH"
BEGIN = datetime(2026, 12, 22, 11, tzinfo=UTC)
SERVING = Serving(
    assignment_id="a-1", leg_id="l-1", volunteer_id="v-1", window=Window(from_=BEGIN, to=BEGIN + timedelta(hours=2))
)
NAMES = {"v-1": Reach(phone="+8613800000000", family="欧阳", title="teacher")}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("county")))


@pytest.fixture(scope="module")
def wording(rules: Community) -> Wording:
    """Notifier's words as the service says them."""
    return Wording(rules, Readers("notifier", HERE / "locale", zone=rules.zone))


def test_every_notice_has_short_words_and_no_short_words_are_left_over() -> None:
    """And details only where there is something to say them of."""
    assert {*TEXTS, *TEXTS_OF_TIME, *ALERT_TEXTS} == set(SHORT)
    assert set(SHORT_DETAILED) <= set(DETAILED) <= set(SHORT)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("kind", "role"), SHORT)
def test_short_words_fit_one_message_of_a_telephone(
    wording: Wording, kind: str, role: Role, language: Language
) -> None:
    """At most 70 characters in each language, with a long name, a whole reference and three-figure counts."""
    reader = wording.reader(language.value)
    for serving, names in ((None, {}), (SERVING, NAMES)):
        told = Told(kind, role, REFERENCE, "homework", GRID, serving, 128, 128)
        said = wording.say_short(told, reader, names)
        assert (True, said) == (len(said) <= SHORTEST, said)


def test_both_sides_hear_the_same_person_time_and_place(wording: Wording) -> None:
    """In both languages; the title of their card is what people call them."""
    for language, person, when in (
        (Language.ZH, "欧阳老师", "12月22日 周二 19:00–21:00"),
        (Language.EN, "Teacher 欧阳", "Tue 22 Dec 19:00–21:00"),
    ):
        reader = wording.reader(language.value)
        texts = [
            wording.say(Told("leg_assigned", role, REFERENCE, "homework", GRID, SERVING), reader, NAMES)
            for role in (Role.RESIDENT, Role.VOLUNTEER)
        ]
        place = texts[0].split(when)[1].strip("，, .。")
        assert [(True, True, True)] * 2 == [(person in text, when in text, place in text) for text in texts]
        assert place


def test_without_a_name_or_a_time_a_confirmation_says_what_it_can(wording: Wording) -> None:
    """Matcher may be away, and not every order has a time."""
    reader, told = wording.reader("en"), Told("leg_assigned", Role.RESIDENT, REFERENCE, "homework", GRID, SERVING)
    expected = "Somebody has taken your order"
    assert wording.say(told, reader).startswith(expected)
    assert wording.say(Told("leg_assigned", Role.RESIDENT, REFERENCE, "homework"), reader, NAMES).startswith(expected)


def test_several_notices_make_one_message() -> None:
    """The long form has each on a line; the short one the first, and how many more there are, within its bound."""
    said = [Said("one, at length", "one"), Said("two, at length", "two"), Said("three", "three")]
    message = compose("m-1", "paidan", said, "en")
    assert ("one, at length\ntwo, at length\nthree", "one (+2)") == (message.long, message.short)
    long = compose("m-1", "paidan", [Said("", "x" * SHORTEST), Said("", "y")], "en")
    assert (SHORTEST, "… (+1)") == (len(long.short), long.short[-6:])
