"""Addresses as pictures for a camera."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """An address as inline SVG in black, with the quiet border scanners need; hidden from screen readers,
    which have the link beside it. A quarter of it may be dirty (error correction Q).
    """
    drawn = segno.make_qr(address, error="q").svg_inline(border=4, omitsize=True, dark="#000", svgclass=None)
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 - segno draws numbers alone
