"""Photos of a report: what is taken, and what is kept of it: one plain JPEG, painted anew from its points.

Whatever else a file carried, places and times, a camera's number, a second document behind the picture, has no way
into the new one. The size a file claims is looked at before a point of it is decoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from zipfile import is_zipfile

from PIL import Image, ImageCms, ImageOps

from shared.contracts.refusal import Conflict, FieldError, Invalid, NotUnderstood, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP")
"""What phones and screens make. Told by the content alone; a name or a declared type says nothing."""
WHITE = (255, 255, 255)
LEAST_QUALITY = 40
Image.MAX_IMAGE_PIXELS = None  # ours is ``PhotoLimits.pixels``; Pillow's own only warns

_OTHERS = (b"<script", b"<!doctype", b"<html", b"<?php", b"<svg ")
_PDF, _PDF_WITHIN = b"%PDF-", 1024


class NoPicture(NotUnderstood):
    """It is no JPEG, PNG or WebP, or something else as well."""

    title = "Only photos can be sent: JPEG, PNG or WebP"


class PictureTooLarge(TooLarge):
    """More bytes or more points than are taken."""

    title = "This photo is too large"


class PictureBroken(Invalid):
    """It begins as a picture and does not end as one."""

    title = "This photo arrived damaged; please send it again"


class TooManyPhotos(Conflict):
    """One report has so many photos and no more."""

    title = "There are as many photos as a report can have"


class PhotoUnknown(Invalid):
    """A report names a photo that was not sent for it."""


@dataclass(frozen=True)
class PhotoLimits:
    """``upload_bytes`` and ``pixels`` (width times height) of what is sent; ``edge`` (pixels), ``kept_bytes`` and JPEG
    ``quality`` of what is kept; ``most`` photos of one assignment. What no report names goes after ``unfinished``.
    """

    upload_bytes: int = 12 * 1024 * 1024
    pixels: int = 50_000_000
    edge: int = 1600
    kept_bytes: int = 200_000
    quality: int = 82
    most: int = 5
    unfinished: timedelta = timedelta(days=1)


def painted_anew(content: bytes, limits: PhotoLimits) -> bytes:
    """The picture as a JPEG of its own, upright, in sRGB, at most ``edge`` long, with nothing but its points; of an
    animated one the first frame. Takes time and memory: not for the event loop.

    Raises ``PictureTooLarge``, ``NoPicture`` or ``PictureBroken``.
    """
    if len(content) > limits.upload_bytes:
        raise PictureTooLarge
    if _is_something_else(content):
        raise NoPicture
    try:
        opened = Image.open(BytesIO(content), formats=FORMATS)
    except (OSError, ValueError, SyntaxError):
        raise NoPicture from None
    with opened as image:
        if image.width * image.height > limits.pixels:
            raise PictureTooLarge
        try:
            plain = _plain(image, limits.edge)
        except (OSError, ValueError, SyntaxError, EOFError, IndexError):
            raise PictureBroken from None
    return _written(plain, limits)


def check_named(named: Sequence[str], kept: Sequence[str]) -> None:
    """A report names photos of its own assignment alone. Raises ``PhotoUnknown``."""
    unknown = [place for place, photo_id in enumerate(named) if photo_id not in kept]
    if unknown:
        raise PhotoUnknown(
            errors=[FieldError(f"/photos/{place}", "This photo was not sent for this report") for place in unknown]
        )


def check_room(kept: int, most: int) -> None:
    """Another photo has room. Raises ``TooManyPhotos``."""
    if kept >= most:
        raise TooManyPhotos


def _is_something_else(content: bytes) -> bool:
    """Whether another program would take the same bytes for an archive, a document or a page (a polyglot)."""
    if is_zipfile(BytesIO(content)) or _PDF in content[:_PDF_WITHIN]:
        return True
    small = content.lower()
    return any(mark in small for mark in _OTHERS)


def _plain(image: Image.Image, edge: int) -> Image.Image:
    image.draft("RGB", (edge, edge))  # a JPEG is decoded at a part of its size: less memory, less time
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    shown = _in_srgb(_eight_bits(upright), profile)
    shown.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", shown.size, WHITE)
    plain.paste(shown, mask=shown.getchannel("A") if shown.mode == "RGBA" else None)
    return plain


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # sixteen bits of grey
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGBA") if image.has_transparency_data else image


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The colours that were meant, as every screen shows them."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            meant = ImageCms.ImageCmsProfile(BytesIO(profile))
            told = ImageCms.profileToProfile(image, meant, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            return image.convert(mode)  # a profile nobody can read is none
        return told if told is not None else image
    return image.convert(mode)


def _written(plain: Image.Image, limits: PhotoLimits) -> bytes:
    """As good as it may be within ``kept_bytes``: first the quality gives way, then the size."""
    quality = limits.quality
    while True:
        file = BytesIO()
        plain.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= limits.kept_bytes or max(plain.size) <= 1:
            return file.getvalue()
        if quality > LEAST_QUALITY:
            quality = max(quality - 15, LEAST_QUALITY)
        else:
            plain = plain.resize((max(plain.width * 3 // 4, 1), max(plain.height * 3 // 4, 1)))
