"""What is personal is recognised among codes, and codes and public names are not taken for it."""

from __future__ import annotations

import json

import pytest

from deploy.verify.privacy.matching import Remains
from deploy.verify.privacy.sieve import Sieve
from deploy.verify.privacy.values import Value

PHONE = Value("phone", "contacts", "+8615400009999")
NAME = Value("name", "contacts", "王平")
ENGLISH = Value("name", "contacts", "Ann Lee")
DETAILS = Value("details", "contacts", "厨房的水龙头一直滴水，地板都泡坏了，家里有老人")
REPORT = Value("report", "assignments", "He was not at home, his son opened the door at once")
EVENT = {"order_id": "01a204bb-ad59-77fb-aed7-870841988841", "reference": "261123-GVPG-RWD2", "grid": "garden-g3"}
PUBLIC = frozenset({"王平路", "水管维修", "0910-3332222"})


def remains_of(*texts: str) -> Remains:
    """What remains of texts at one place."""
    sieve = Sieve()
    sieve.sift("here", [(str(number), text) for number, text in enumerate(texts)])
    return Remains(sieve, PUBLIC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (PHONE, "tel 154 0000 9999".replace(" ", "")),
        (PHONE, json.dumps({**EVENT, "note": "+8615400009999"})),
        (PHONE, json.dumps({**EVENT, "note": 15400009999})),
        (NAME, json.dumps({**EVENT, "note": "请找王平"})),
        (NAME, "/find?who=%E7%8E%8B%E5%B9%B3"),
        (ENGLISH, '{"note":"ask ann lee first"}'),
        (Value("name", "contacts", "Anna"), '{"note":"Anna"}'),
        (DETAILS, '{"note":"一直滴水，地板都"}'),
        (REPORT, "error: his son opened the door at once"),
    ],
)
def test_a_value_is_found_as_a_whole_or_in_a_piece(value: Value, text: str) -> None:
    """Numbers with and without their country, names in other words, pieces of texts, escaped or not."""
    assert "here 1" == remains_of("nothing", text).place_of(value)


@pytest.mark.parametrize("value", [PHONE, NAME, ENGLISH, DETAILS, REPORT])
def test_codes_and_public_names_are_nobodys(value: Value) -> None:
    """Ids, times, a road that has somebody's name in its own, other texts."""
    texts = [json.dumps(EVENT), "王平路一号", "水管维修", "an error at home", "2026-11-22T19:00:00.154000099990Z"]
    assert remains_of(*texts).place_of(value) is None


def test_numbers_shaped_like_those_of_people_are_found_without_keys() -> None:
    """Telephones and identity numbers; not ids, sizes, fractions."""
    sieve = Sieve()
    people = ["call 13800138000.", '{"id":"61042519900307123X"}', "+8613800138001"]
    others = ["01a204bb-13800138000a-x", "0.13800138000", '{"free": 13958643712}', "v-13800138000"]
    sieve.sift("here", [("", text) for text in (*people, *others)])
    assert {"13800138000", "13800138001", "61042519900307123X"} == {number for _, number in sieve.shaped}


def test_texts_of_codes_leave_nothing_behind() -> None:
    """Events of a healthy installation need no memory, however many there are."""
    sieve = Sieve()
    events = [json.dumps({**EVENT, "version": n}, separators=(",", ":")) for n in range(1000)]
    sieve.sift("here", [(str(number), event) for number, event in enumerate(events)])
    assert ({}, {}, {}, {}) == (sieve.numbers, sieve.phrases, sieve.names, sieve.shaped)
