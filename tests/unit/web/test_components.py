"""The living page of the design language, and what its parts lean on."""

from __future__ import annotations

import re

import pytest

from shared.community.definition import load
from shared.web.assets import STATIC, Assets
from shared.web.components import COMPONENTS
from shared.web.qr_codes import qr_code
from shared.web.settings import ServiceSettings
from tests.unit.web.conftest import TeahouseSettings, make_teahouse, visitor


@pytest.mark.parametrize("cookies", ["paidan_lang=zh-CN", "paidan_lang=en; paidan_elder=1; paidan_theme=dark"])
async def test_every_part_is_shown_where_developers_want_it(cookies: str) -> None:
    """In each language and view, each id once, nothing inline that the policy would block."""
    app = make_teahouse(TeahouseSettings(components=True))
    async with visitor(app, accept="text/html", cookie=cookies) as client:
        page = await client.get(COMPONENTS)
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert (200, sorted(set(ids))) == (page.status_code, sorted(ids))
    assert [] == re.findall(r"<style|<script>| style=| on[a-z]+=", page.text)


async def test_elsewhere_the_page_of_parts_does_not_exist() -> None:
    """A service in earnest shows nobody its building blocks."""
    async with visitor(make_teahouse(TeahouseSettings())) as client:
        assert 404 == (await client.get(COMPONENTS)).status_code


def test_every_service_of_the_reference_county_has_a_picture() -> None:
    """Drawn by its code, in the one sprite."""
    community = load(ServiceSettings.model_fields["definition"].default)
    assert set() == {f"service-{service.code}" for service in community.services} - Assets().icons


def test_light_or_dark_is_chosen_or_left_to_the_device() -> None:
    """Both ways to the dark give the same colours."""
    sheet = (STATIC / "style" / "1-tokens.css").read_text(encoding="utf-8")
    asked, chosen = re.findall(r"color-scheme: dark;(.*?)\}", sheet, re.DOTALL)
    assert asked.split() == chosen.split()


def test_a_qr_code_is_a_picture_beside_a_link() -> None:
    """It carries no style and no script, and screen readers pass over it."""
    drawn = str(qr_code("https://example.org/t/abc"))
    assert drawn.startswith('<svg aria-hidden="true"')
    assert "style=" not in drawn
