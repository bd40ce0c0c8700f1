"""Photos of a report over HTTP: kept once, seen by whoever may, gone with the words or when no report names them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from services.matcher.models import Photo
from services.matcher.queries.photos import PhotoQueries
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import FAR_GRID, GRID, volunteer
from tests.integration.matcher.test_climbing import clock_of

MEDIATION = "mediation-maoling-east"
REPORT = {"report": "settled"}


def photo(shade: int = 90) -> bytes:
    """A small picture."""
    file = BytesIO()
    Image.new("RGB", (40, 30), (shade, 120, 60)).save(file, "JPEG")
    return file.getvalue()


class Scene:
    """A volunteer under way, and what they send."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.me = house.as_(Role.VOLUNTEER, "v-1")
        self.order_id = self.path = ""

    async def begin(self) -> Scene:
        """An order is taken and started."""
        stage = self.house.stage
        await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2"))
        self.order_id = await stage.place()
        _, offers = await self.house.ask("GET", "/api/offers", self.me)
        taken = await self.house.tap(f"/api/offers/{offers['items'][0]['offer_id']}/accept", self.me, {})
        self.path = f"/api/assignments/{taken['assignment_id']}"
        await self.house.tap(f"{self.path}/start", self.me)
        return self

    async def send(self, content: bytes, caller: dict[str, str] | None = None) -> tuple[int, Any]:
        """Send a photo."""
        files = {"photo": ("x.html", content, "text/html")}
        answer = await self.house.client.post(f"{self.path}/photos", headers=caller or self.me, files=files)
        return answer.status_code, answer.json()

    async def seen(self, photo_id: str, *callers: dict[str, str]) -> list[int]:
        """What a photo answers to each."""
        get = self.house.client.get
        return [(await get(f"/api/photos/{photo_id}", headers=one)).status_code for one in callers]

    async def count(self) -> int:
        """How many photos there are."""
        async with self.house.stage.database.reading() as session:
            return int(await session.scalar(select(func.count()).select_from(Photo)) or 0)


async def test_a_photo_is_sent_once_named_by_the_report_and_seen_by_whoever_may(house: House) -> None:
    """The same again is the same; a coordinator of the area sees it once the report names it, nobody else ever."""
    scene = await Scene(house).begin()
    other, near = house.as_(Role.VOLUNTEER, "v-2"), house.as_(Role.COORDINATOR, "c", GRID)
    far = house.as_(Role.COORDINATOR, "d", FAR_GRID)
    sent = [await scene.send(photo()) for _ in range(2)]
    photo_id = sent[0][1]["photo_id"]
    assert [(201, {"photo_id": photo_id})] * 2 == sent
    assert [200, 404, 404, 404] == await scene.seen(photo_id, scene.me, other, near, far)
    assert 404 == (await scene.send(photo(), other))[0]
    assert 422 == (await house.ask("POST", f"{scene.path}/complete", scene.me, REPORT | {"photos": ["p"]}))[0]
    await house.tap(f"{scene.path}/complete", scene.me, REPORT | {"photos": [photo_id]})
    assert [200, 404, 200, 404] == await scene.seen(photo_id, scene.me, other, near, far)
    listed = await house.ask("GET", f"/api/legs/{scene.order_id}-l1/photos", near)
    assert (200, {"items": [{"photo_id": photo_id, "reported": True}], "next": None}) == listed
    answer = await house.client.get(f"/api/photos/{photo_id}", headers=near)
    told = [answer.headers[name] for name in ("content-type", "cache-control", "x-content-type-options")]
    assert ["image/jpeg", "private, no-store", "nosniff"] == told
    assert 409 == (await scene.send(photo(1)))[0]


async def test_a_report_has_so_many_photos_and_no_more(house: House) -> None:
    """The sixth is refused; what is no photo takes no room."""
    scene = await Scene(house).begin()
    assert 415 == (await scene.send(b"GIF89a<script>"))[0]
    assert [201] * 5 + [409] == [(await scene.send(photo(shade)))[0] for shade in range(0, 240, 40)]


async def test_photos_go_with_the_words_and_when_no_report_names_them(house: House) -> None:
    """After a day one that was only sent is gone, and with the order's words the other."""
    scene, stage = await Scene(house).begin(), house.stage
    _, named = await scene.send(photo(1))
    await scene.send(photo(2))
    await house.tap(f"{scene.path}/complete", scene.me, REPORT | {"photos": [named["photo_id"]]})
    photos, use_case = PhotoQueries(stage.database, stage.vault), stage.use_cases.photographing
    assert [] == await photos.unfinished(stage.now - use_case.limits.unfinished, 9)
    stage.later(hours=25)
    (old,) = await photos.unfinished(stage.now - use_case.limits.unfinished, 9)
    async with stage.units() as uow:
        await use_case.drop_unfinished(uow, [named["photo_id"]])
    assert old != named["photo_id"]
    assert 2 == await scene.count()
    async with stage.writing():
        await clock_of(stage).sweep(stage.now)
    assert (1, [200]) == (await scene.count(), await scene.seen(named["photo_id"], scene.me))
    async with stage.units() as uow:
        await uow.repository.forget_words(scene.order_id, b"")
    assert 0 == await scene.count()


async def test_the_form_takes_photos_without_scripts(house: House) -> None:
    """Several with one report; what is no photo is said on the form, where those that arrived are shown."""
    scene = await Scene(house).begin()
    path = scene.path.removeprefix("/api") + "/complete"
    headers = scene.me | {"accept": "text/html"}
    bad = [("photo", ("a.jpg", photo(1), "image/jpeg")), ("photo", ("b.jpg", b"GIF89a", "image/jpeg"))]
    refused = await house.client.post(path, headers=headers, data={"report": "settled"}, files=bad)
    assert (415, 1) == (refused.status_code, refused.text.count('name="photos[]"'))
    (kept,) = (await house.ask("GET", f"{scene.path}/photos", scene.me))[1]["items"]
    fields = {"report": "settled", "photos[]": kept["photo_id"]}
    files = [("photo", ("c.jpg", photo(2), "image/jpeg"))]
    answer = await house.client.post(path, headers=headers, data=fields, files=files)
    assert (303, "/thanks") == (answer.status_code, answer.headers["location"])
    _, photos = await house.ask("GET", f"{scene.path}/photos", scene.me)
    assert [True, True] == [one["reported"] for one in photos["items"]]


async def test_the_photos_of_an_order_are_told_once_a_report_names_them(house: House) -> None:
    """Asked for another order, or before the report, there is none."""
    scene, stage = await Scene(house).begin(), house.stage
    _, kept = await scene.send(photo())
    photo_id, photos = kept["photo_id"], PhotoQueries(stage.database, stage.vault)
    assert [] == await photos.of_order(scene.order_id)
    with pytest.raises(NotFound):
        await photos.for_order(photo_id, scene.order_id)
    await house.tap(f"{scene.path}/complete", scene.me, REPORT | {"photos": [photo_id]})
    assert [photo_id] == [one.photo_id for one in await photos.of_order(scene.order_id)]
    assert b"\xff\xd8" == (await photos.for_order(photo_id, scene.order_id))[:2]
    with pytest.raises(NotFound):
        await photos.for_order(photo_id, "another")
