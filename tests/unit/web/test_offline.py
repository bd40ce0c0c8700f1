"""What stays of the pages without a network, and on a device that strangers share."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from shared.web.assets import STATIC, Assets
from shared.web.i18n import KIOSK_COOKIE, Language

MANIFESTS = [f"app/{language.value}.webmanifest" for language in Language]


def shell_of(worker: str) -> dict[str, object]:
    """What the worker is told to keep."""
    shell: dict[str, object] = json.loads(worker.splitlines()[0].removeprefix("const SHELL = "))
    return shell


async def test_the_worker_keeps_style_scripts_icons_and_one_page(client: httpx2.AsyncClient) -> None:
    """Under addresses that change with their content; each is there, and the same for everybody."""
    worker = await client.get("/sw.js")
    shell = shell_of(worker.text)
    files = shell["files"]
    assert isinstance(files, list)
    kinds = {Path(address.partition("?")[0]).suffix for address in files}
    assert ("text/javascript; charset=utf-8", "no-store", {".css", ".js", ".svg", ".png"}) == (
        worker.headers["content-type"],
        worker.headers["cache-control"],
        kinds,
    )
    for address in [*files, shell["offline"]]:
        answer = await client.get(str(address))
        assert (200, False) == (answer.status_code, "set-cookie" in answer.headers), address


async def test_the_worker_is_not_one_of_the_static_files(client: httpx2.AsyncClient) -> None:
    """It looks after every page from its own address; below another it would look after none."""
    assert 404 == (await client.get("/static/sw.js")).status_code


def test_a_changed_file_is_another_version(tmp_path: Path) -> None:
    """The worker's first line changes with any file, so that browsers take the new ones."""
    (tmp_path / "style").mkdir()
    (tmp_path / "icons.svg").write_text("<svg/>")
    before = Assets(tmp_path).addresses([".css"])
    (tmp_path / "style" / "1.css").write_text("p {}")
    assert before != Assets(tmp_path).addresses([".css"])


async def test_the_page_without_a_network_is_nobodys(client: httpx2.AsyncClient) -> None:
    """Both languages, whoever asks; no form and no token in it."""
    page = await client.get("/offline")
    other = await client.get("/offline", headers={"accept-language": "zh-CN", "cookie": "paidan_theme=dark"})
    assert page.text == other.text
    assert all(part in page.text for part in ("现在没有网络", "No network just now", 'lang="en"'))
    assert [] == [part for part in ("<form", "<script", "form_token") if part in page.text]


async def test_workers_come_from_ourselves_alone(client: httpx2.AsyncClient) -> None:
    """The policy names them; a page registers by a script of ours."""
    page = await client.get("/tea")
    assert "worker-src 'self'" in page.headers["content-security-policy"]
    assert f'<script src="{Assets().address("paidan.js")}" defer>' in page.text


@pytest.mark.parametrize("name", MANIFESTS)
async def test_the_manifest_has_what_installing_asks_for(client: httpx2.AsyncClient, name: str) -> None:
    """A name, a start within its scope, a look of its own, icons of 192 and 512 points that are there."""
    address = Assets().address(name)
    answer = await client.get(address)
    told = json.loads(answer.text)
    assert ("application/manifest+json", "/", "/") == (
        answer.headers["content-type"],
        told["scope"],
        told["start_url"],
    )
    assert told["lang"] in name
    assert told["name"]
    assert told["display"] in {"standalone", "minimal-ui", "fullscreen"}
    icons = {icon["sizes"]: icon["src"].removeprefix("/static/") for icon in told["icons"] if "purpose" not in icon}
    for points in (192, 512):
        picture = (STATIC / icons[f"{points}x{points}"]).read_bytes()
        assert (points, points) == (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24]))
    assert ["maskable"] == [icon["purpose"] for icon in told["icons"] if "purpose" in icon]


async def test_a_shared_device_completes_nothing_for_the_next_one(client: httpx2.AsyncClient) -> None:
    """Browsers offer no name or number that was typed on it before."""
    shared = (await client.get("/tea", headers={"cookie": f"{KIOSK_COOKIE}=1"})).text
    own = (await client.get("/tea")).text
    assert (True, False) == ('autocomplete="name"' in own, 'autocomplete="name"' in shared)
    assert 'autocomplete="off"' in shared
