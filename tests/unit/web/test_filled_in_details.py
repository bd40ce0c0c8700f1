"""Details with places to fill: looked up as they were written, filled in once they are translated."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest

from shared.contracts.refusal import FieldError, Invalid
from shared.web.errors import problem_of_refusal
from shared.web.forms import Form
from shared.web.i18n import Language, Reader, current_reader, read_by
from shared.web.validation import translated

CELLS = "the row has %(cells)s cells"


class SomeWords(gettext.NullTranslations):
    """A catalogue of one message."""

    def gettext(self, message: str) -> str:
        """The message in Chinese, where it is known."""
        return {CELLS: "这一行有%(cells)s格"}.get(message, message)


@pytest.fixture(autouse=True)
def chinese_reader() -> Iterator[None]:
    """Somebody who reads Chinese, until the test is over."""
    before = current_reader()
    read_by(Reader(Language.ZH, SomeWords()))
    yield
    read_by(before)


def test_a_field_error_is_translated_and_then_filled() -> None:
    """The catalogue sees the message id, the reader the number."""
    assert (FieldError("/1", "这一行有30格"),) == translated([FieldError("/1", CELLS, {"cells": 30})])


def test_a_detail_without_values_keeps_its_per_cent() -> None:
    """Only a detail that brings values has places to fill."""
    assert (FieldError("", "100% (sure)"),) == translated([FieldError("", "100% (sure)")])


def test_a_refusals_detail_is_filled_in_problems_and_forms() -> None:
    """Both ways of telling a refusal say the same."""
    refusal = Invalid(CELLS, values={"cells": 3}, errors=[FieldError("/cells", CELLS, {"cells": 4})])
    problem, form = problem_of_refusal(refusal), Form.blank({"cells": ""}).refused(refusal)
    assert ("这一行有3格", "这一行有3格") == (problem.detail, form.refused_as)
    assert ("这一行有4格", "这一行有4格") == (problem.errors[0].detail, form.error("cells"))
