"""Forms: nothing typed is lost, and what is wrong is said beside it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from shared.contracts.refusal import Conflict, FieldError, Invalid
from shared.web.forms import Form, FormInvalid
from shared.web.i18n import Language, Readers, read_by
from tests.unit.web.conftest import ORIGIN, PourTea, make_teahouse, visitor

TYPED = {
    "guest.name": "<b>Li</b>",
    "guest.phone": "",
    "cups": "many",
    "without[]": ["sugar", "milk"],
    "note": " two\nlines",
}


async def test_a_refused_form_is_shown_again_with_everything_typed() -> None:
    """The page comes back as 422 with each value, each choice and the errors beside their fields."""
    async with visitor(make_teahouse(), **{"accept-language": "en"}) as client:
        page = await client.post("/tea", data=TYPED)
    text = page.text
    assert 422 == page.status_code
    assert 'value="&lt;b&gt;Li&lt;/b&gt;"' in text
    assert 'value="many"' in text
    assert "\n two\nlines</textarea>" in text
    assert 2 == text.count(" checked")


async def test_the_error_summary_is_focused_and_linked_to_the_fields() -> None:
    """The summary takes the focus, its links lead to the fields, the fields name their errors."""
    async with visitor(make_teahouse(), **{"accept-language": "en"}) as client:
        text = (await client.post("/tea", data=TYPED)).text
    assert '<section class="faults" id="faults" role="alert" tabindex="-1" autofocus' in text
    assert '<a href="#field-guest-phone">Phone: Please fill this in</a>' in text
    assert '<a href="#field-cups">Please give a number</a>' in text
    assert 'aria-describedby="field-guest-phone-hint field-guest-phone-fault" aria-invalid="true"' in text


async def test_a_form_with_contradicting_or_unstorable_names_is_refused() -> None:
    """Hostile names and characters are a 422, not an accident."""
    async with visitor(make_teahouse(), origin=ORIGIN) as client:
        answers = [
            await client.post("/tea", data={"guest": "x", "guest.name": "y"}),
            await client.post("/tea", data={"a.b.c.d.e.f": "x"}),
            await client.post("/tea", data={"note": "a\0b"}),
            await client.post("/tea", content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}),
            await client.post("/tea", content=b"--x", headers={"content-type": "multipart/form-data"}),
        ]
    assert [422, 422, 422] == [answer.status_code for answer in answers[:3]]
    assert all(400 <= answer.status_code < 500 for answer in answers[3:])


def test_field_names_follow_the_command() -> None:
    """Dots nest, brackets list, blanks are left out."""
    form = Form({"guest.name": ("Li",), "guest.phone": ("1",), "without[]": ("milk", " "), "note": (" ",)})
    expected = {"guest": {"name": "Li", "phone": "1"}, "without": ["milk"]}
    assert expected == form.nested()
    assert PourTea.model_validate(expected) == form.read(PourTea)


def test_each_missing_field_of_a_group_that_must_be_there_is_named() -> None:
    """An empty form says "name" and "phone", not that something about the guest is missing."""
    with pytest.raises(FormInvalid) as caught:
        Form({"guest.name": (" ",), "guest.phone": ("",)}).read(PourTea, groups=("guest",))
    assert ["/guest/name", "/guest/phone"] == [error.pointer for error in caught.value.errors]


def test_local_times_are_those_of_the_readers_zone() -> None:
    """A browser sends times without a zone; they are meant where the community is."""
    read_by(Readers(zone=ZoneInfo("Asia/Shanghai")).of(Language.ZH))
    form = Form(
        {
            "guest.name": ("Li",),
            "guest.phone": ("1",),
            "window.from": ("2026-11-22T19:00",),
            "window.to": ("2026-11-22T20:30",),
        }
    )
    command = form.read(PourTea, moments=("window.from", "window.to"))
    assert command.window is not None
    assert "2026-11-22T11:00:00+00:00" == command.window.from_.astimezone(ZoneInfo("UTC")).isoformat()


def test_a_time_that_is_none_is_told_as_such() -> None:
    """Nonsense in a time's field is the command's error, at the field."""
    form = Form({"guest.name": ("Li",), "guest.phone": ("1",), "at": ("soon",)})
    with pytest.raises(FormInvalid) as caught:
        form.read(PourTea, moments=("at",))
    assert ["/at"] == [error.pointer for error in caught.value.errors]


def test_an_error_of_a_lists_element_belongs_to_its_field() -> None:
    """``/without/2`` is shown at ``without[]``."""
    form = Form({"without[]": ("a",)}).refused(Invalid(errors=[FieldError("/without/2", "No")]))
    assert "No" == form.error("without[]")
    assert ["without[]"] == [fault.name for fault in form.faults]


def test_an_error_of_a_nested_field_that_was_not_sent_is_shown_at_it() -> None:
    """An unticked choice sends nothing, and its error still finds its place."""
    form = Form({}).refused(Invalid(errors=[FieldError("/guest/name", "Missing")]))
    assert "Missing" == form.error("guest.name")
    assert ["guest.name"] == [fault.name for fault in form.faults]


def test_a_refusal_without_fields_is_the_forms_own() -> None:
    """A broken rule about the whole is said in the summary, linked to nothing."""
    read_by(Readers().of(Language.EN))
    faults = Form({}).refused(Conflict()).faults
    assert [("", "This is no longer possible")] == [(fault.name, fault.detail) for fault in faults]
