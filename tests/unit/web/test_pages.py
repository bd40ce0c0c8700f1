"""Pages keep to themselves, escape everything and weigh little."""

from __future__ import annotations

import re
from hashlib import sha256

import httpx2
import pytest
from fastapi import FastAPI
from jinja2 import UndefinedError

from shared.web.assets import SCRIPTS, STATIC, Assets
from shared.web.templating import Pages
from tests.unit.web.conftest import TeahouseSettings, make_teahouse, visitor


async def test_what_a_person_typed_is_escaped(client: httpx2.AsyncClient) -> None:
    """A script in a text is a text."""
    page = await client.get("/tea")
    assert '<p class="pot">&lt;script&gt;alert(1)&lt;/script&gt;</p>' in page.text


async def test_nothing_on_a_page_runs_or_styles_inline(client: httpx2.AsyncClient) -> None:
    """The policy forbids it, so no page may need it."""
    page = await client.get("/tea")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert [] == [part for part in (" style=", "<style", " onclick=", "javascript:", "hx-on") if part in page.text]
    assert page.text.count("<script") == page.text.count('<script src="/static/')


async def test_every_answer_has_the_security_headers(client: httpx2.AsyncClient) -> None:
    """Pages, problems and JSON alike are not sniffed, framed, or kept."""
    for path in ("/tea", "/api/nothing", "/healthz", "/api/raise/bug"):
        headers = (await client.get(path)).headers
        assert ("nosniff", "same-origin", "no-store") == (
            headers["x-content-type-options"],
            headers["referrer-policy"],
            headers["cache-control"],
        ), path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path


async def test_a_form_may_lead_on_to_the_other_services_only(client: httpx2.AsyncClient) -> None:
    """A signed handover is posted and redirected across ports."""
    policy = (await client.get("/tea")).headers["content-security-policy"]
    assert "form-action 'self' http://matcher.test" in policy


async def test_behind_tls_browsers_are_told_to_insist_on_it() -> None:
    """With an https address cookies are Secure and HSTS is on; without one, neither."""
    async with visitor(make_teahouse(TeahouseSettings(teahouse_public_url="https://teahouse.test"))) as client:
        page = await client.get("/tea")
    async with visitor(make_teahouse()) as client:
        plain = await client.get("/tea")
    assert ("max-age=31536000", True) == (
        page.headers["strict-transport-security"],
        "; Secure" in page.headers["set-cookie"],
    )
    assert "strict-transport-security" not in plain.headers
    assert "; Secure" not in plain.headers["set-cookie"]


async def test_the_layout_is_usable_without_seeing_or_scripting(client: httpx2.AsyncClient) -> None:
    """Language of the page, a skip link, named regions, a mark on the current page, a switch of the language."""
    text = (await client.get("/tea")).text
    for part in (
        '<html lang="en">',
        '<a class="skip" href="#main">Skip to the content</a>',
        '<main id="main" tabindex="-1">',
        '<a href="/tea" aria-current="page">Pages</a>',
        '<button name="language" value="zh-CN" lang="zh-CN">中文</button>',
        '<input type="hidden" name="back" value="/tea">',
    ):
        assert part in text


def test_a_name_a_template_does_not_know_is_an_error(teahouse: FastAPI) -> None:
    """A misspelt name never renders as nothing."""
    pages: Pages = teahouse.state.pages
    with pytest.raises(UndefinedError):
        pages.fragment("tea.html", form=None)


async def test_static_files_are_kept_for_ever_under_their_hash(client: httpx2.AsyncClient) -> None:
    """The address a page uses is immutable; the bare one is asked for again; known content is not sent twice."""
    address = Assets().address("paidan.css")
    hashed, bare = await client.get(address), await client.get("/static/paidan.css")
    known = await client.get(address, headers={"if-none-match": hashed.headers["etag"]})
    assert f'href="{address}"' in (await client.get("/tea")).text
    assert (200, "public, max-age=31536000, immutable", "text/css; charset=utf-8") == (
        hashed.status_code,
        hashed.headers["cache-control"],
        hashed.headers["content-type"],
    )
    assert ("public, no-cache", "Accept-Encoding") == (bare.headers["cache-control"], bare.headers["vary"])
    assert (304, b"") == (known.status_code, known.content)


async def test_static_files_are_sent_compressed_where_that_is_understood(teahouse: FastAPI) -> None:
    """Both forms hold the same content."""
    async with visitor(teahouse, **{"accept-encoding": "identity"}) as client:
        plain = await client.get("/static/paidan.js")
    async with visitor(teahouse, **{"accept-encoding": "gzip"}) as client:
        compressed = await client.get("/static/paidan.js")
    assert (None, "gzip") == (plain.headers.get("content-encoding"), compressed.headers["content-encoding"])
    assert plain.content == compressed.content


async def test_htmx_and_its_extension_are_one_script(client: httpx2.AsyncClient) -> None:
    """Apart, the extension may come after htmx has looked at the page, and nothing on it would be live."""
    script = (await client.get("/static/paidan.js")).text
    htmx, extension, ours = (script.index((STATIC / name).read_text()) for name in SCRIPTS)
    assert htmx < extension < ours
    assert 1 == (await client.get("/tea")).text.count("<script")


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/none.css", "/static/../settings.py", "/static/vendor/README.md", "/static/%2e%2e/forms.py"],
)
async def test_only_static_files_are_served(client: httpx2.AsyncClient, path: str) -> None:
    """Nothing else can be reached there."""
    assert 404 == (await client.get(path)).status_code


def test_vendored_files_are_what_their_list_says() -> None:
    """Every foreign script is unchanged, and listed with its sum."""
    vendor = STATIC / "vendor"
    listed = (vendor / "README.md").read_text(encoding="utf-8")
    scripts = sorted(vendor.glob("*.js"))
    assert ["htmx.min.js", "hx-sse.min.js"] == [script.name for script in scripts]
    for script in scripts:
        assert f"`{sha256(script.read_bytes()).hexdigest()}`" in listed
    assert (vendor / "htmx-LICENSE.txt").read_text(encoding="utf-8").startswith("Zero-Clause BSD")


async def test_a_page_with_all_it_loads_weighs_under_sixty_kilobytes(client: httpx2.AsyncClient) -> None:
    """As it travels, for a phone on a bad line: the page itself is not compressed, so that it tells no secret."""
    page = await client.get("/tea")
    loaded = set(re.findall(r'"(/static/[^"#?]+)', page.text)) | {"/static/icons.svg"}
    sizes = {path: int((await client.get(path)).headers["content-length"]) for path in loaded}
    assert {"/static/paidan.css", "/static/paidan.js"} < set(sizes)
    assert len(page.content) + sum(sizes.values()) < 60_000
