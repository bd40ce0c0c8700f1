"""What is kept of a photo is painted anew: nothing of what came besides its points is in it."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image, ImageCms

from services.matcher.policies.photos import NoPicture, PhotoLimits, PictureBroken, PictureTooLarge, painted_anew

LIMITS = PhotoLimits(upload_bytes=2_000_000, edge=200, kept_bytes=20_000)
GPS, ORIENTATION, CAMERA = 0x8825, 0x0112, 0x0110
RED = (200, 30, 30)


def written(image: Image.Image, form: str, **more: Any) -> bytes:
    """A file."""
    file = BytesIO()
    image.save(file, form, **more)
    return file.getvalue()


def jpeg(size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    """A plain red photo."""
    return written(Image.new("RGB", size, RED), "JPEG", **more)


def opened(content: bytes) -> Image.Image:
    """What was kept, decoded."""
    image = Image.open(BytesIO(painted_anew(content, LIMITS)))
    image.load()
    return image


def near(colour: Any, expected: tuple[int, int, int]) -> bool:
    """JPEG is not exact."""
    return all(abs(one - other) < 12 for one, other in zip(colour, expected, strict=True))


def photo_with_place() -> bytes:
    """A photo that tells where it was taken, by which camera, and that it lies on its side."""
    exif = Image.Exif()
    exif[CAMERA], exif[ORIENTATION] = "canary-camera", 6
    exif.get_ifd(GPS).update({1: "N", 2: (34.0, 20.0, 0.0), 3: "E", 4: (108.0, 42.0, 0.0)})
    return jpeg(exif=exif, comment=b"canary-words")


def archive() -> bytes:
    """A small ZIP."""
    file = BytesIO()
    with ZipFile(file, "w") as packed:
        packed.writestr("a.txt", "x")
    return file.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes whose header claims more points than fit into memory."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_place_camera_and_orientation_are_gone_and_it_stands_upright() -> None:
    """The input has them; the output has neither EXIF nor a word of it."""
    content = photo_with_place()
    assert (True, 4) == (b"canary-camera" in content, len(Image.open(BytesIO(content)).getexif().get_ifd(GPS)))
    kept = painted_anew(content, LIMITS)
    image = Image.open(BytesIO(kept))
    assert ((40, 60), {}, False) == (image.size, dict(image.getexif()), b"canary" in kept or b"Exif" in kept)


def test_what_hangs_behind_the_picture_is_gone() -> None:
    """A motion photo's film does not come along."""
    kept = painted_anew(jpeg() + b"\0\0\0\x18ftypmp42canary-film", LIMITS)
    assert (False, True) == (b"canary" in kept, kept.endswith(b"\xff\xd9"))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (jpeg() + archive(), NoPicture),
        (jpeg(comment=b"<script>alert(1)</script>"), NoPicture),
        (b"%PDF-1.7 " + jpeg(), NoPicture),
        (written(Image.new("RGB", (9, 9)), "GIF"), NoPicture),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NoPicture),
        (b"", NoPicture),
        (jpeg((400, 400))[:700], PictureBroken),
        (bomb(), PictureTooLarge),
        (jpeg() + bytes(2_000_000), PictureTooLarge),
    ],
    ids=["zip", "page", "pdf", "gif", "svg", "empty", "cut", "bomb", "bytes"],
)
def test_what_is_no_photo_or_too_much_is_refused(content: bytes, refusal: type[Exception]) -> None:
    """By its content, and a bomb by its header."""
    with pytest.raises(refusal):
        painted_anew(content, LIMITS)


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        (written(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "JPEG"), None),
        (written(Image.new("I;16", (30, 30), 0xC000), "PNG"), (192, 192, 192)),
        (written(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG"), (255, 255, 255)),
        (written(Image.new("P", (30, 30)), "PNG"), (0, 0, 0)),
        (
            written(Image.new("RGB", (30, 30), RED), "WEBP", save_all=True, append_images=[Image.new("RGB", (30, 30))]),
            RED,
        ),
    ],
    ids=["cmyk", "sixteen bits", "transparent", "palette", "animated"],
)
def test_whatever_a_camera_writes_becomes_one_plain_jpeg(content: bytes, colour: tuple[int, int, int] | None) -> None:
    """In RGB, the first frame, on white."""
    image = opened(content)
    middle = image.getpixel((15, 15))
    assert ("JPEG", "RGB", True) == (image.format, image.mode, colour is None or near(middle, colour))


def test_a_colour_profile_is_followed_and_not_kept() -> None:
    """The colours that were meant, in the plain JPEG's own space; a profile that nobody can read is none."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = painted_anew(jpeg(icc_profile=profile), LIMITS)
    assert (True, False) == (near(Image.open(BytesIO(kept)).getpixel((9, 9)), RED), b"ICC_PROFILE" in kept)
    for unreadable in (lab, b"canary-profile"):
        assert near(opened(jpeg(icc_profile=unreadable)).getpixel((9, 9)), RED)


def test_what_is_kept_is_small() -> None:
    """The longest edge and the bytes have their limits, also for a picture that does not compress."""
    kept = painted_anew(written(Image.effect_noise((900, 600), 90), "PNG"), LIMITS)
    assert (True, True) == (len(kept) <= LIMITS.kept_bytes, max(Image.open(BytesIO(kept)).size) <= LIMITS.edge)
