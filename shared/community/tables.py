"""Tables as offices keep them: CSV from any spreadsheet, UTF-8 or GBK, with or without a byte order mark."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator


def decoded(content: bytes) -> str:
    """The text of a CSV file: UTF-8 (with or without mark), UTF-16 with a mark, else GB18030, which includes
    GBK.

    Raises ``ValueError`` when it is none of them.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def rows_of_csv(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with its number as a spreadsheet counts it (the header is 1); cells are
    stripped.

    Raises ``ValueError`` when the quoting is broken.
    """
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield number, up_to_the_last(stripped)
    except csv.Error as error:
        raise ValueError(f"not a CSV table: {error}") from error


def up_to_the_last(cells: list[str]) -> list[str]:
    """The cells without the empty ones at the end, which spreadsheets like to add."""
    while cells and not cells[-1]:
        cells.pop()
    return cells
