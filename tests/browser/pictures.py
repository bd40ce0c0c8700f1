"""What the people of the scene photograph."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw


def photo_of_something() -> bytes:
    """A photo of something: a cupboard in its corner."""
    picture, file = Image.new("RGB", (480, 320), "#d9cfc0"), BytesIO()
    pen = ImageDraw.Draw(picture)
    pen.rectangle((150, 50, 330, 270), fill="#8c6f56", outline="#5a4433", width=4)
    pen.line((240, 50, 240, 270), fill="#5a4433", width=4)
    picture.save(file, "JPEG")
    return file.getvalue()
