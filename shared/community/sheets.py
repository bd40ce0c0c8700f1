"""The first sheets of an XLSX workbook as rows of text. Nothing in them is ever computed."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from shared.community.tables import up_to_the_last

LARGEST_UNPACKED = 64 * 1024 * 1024
"""Bytes a workbook may unpack to; a few kilobytes of zip can claim gigabytes."""

WIDEST = 64
"""Columns that are looked at."""

FORMULA = "="
"""What a formula, or the error one left behind, reads as: refused by the same rule as text that looks like
one.
"""


def is_workbook(content: bytes) -> bool:
    """Whether the bytes begin like a zip archive, which every XLSX is."""
    return content.startswith(b"PK\x03\x04")


def rows_of_workbook(content: bytes, most: int) -> Iterator[tuple[int, list[str]]]:
    """The first ``most`` rows of the first sheet that are not blank, each with its number in the sheet.

    Raises ``ValueError`` when it is not a workbook or unpacks to more than it may.
    """
    ((_, rows),) = sheets_of_workbook(content, most, sheets=1)
    yield from rows


def sheets_of_workbook(content: bytes, most: int, sheets: int = 2) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    """The first ``sheets`` sheets by name, each with its rows as :func:`rows_of_workbook` gives them. Raises alike."""
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second that only an import of a roster should pay

    try:
        _small_enough(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles it leaves out; we read none
            workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            found = []
            for sheet in workbook.worksheets[:sheets]:
                sheet.reset_dimensions()  # what a sheet claims about its size need not be true
                found.append((sheet.title, list(islice(_rows(sheet.iter_rows(max_col=WIDEST)), most))))
    except ValueError:
        raise
    except Exception as error:  # whatever a damaged archive or its XML makes the libraries raise
        raise ValueError("not a readable workbook") from error
    if not found:
        raise ValueError("the workbook has no sheet")
    return found


def _small_enough(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
            raise ValueError("the workbook unpacks to more than it may")


def _rows(rows: Iterator[Sequence[Any]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(rows, start=1):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, up_to_the_last(texts)


def _text(cell: Any) -> str:
    if cell.data_type in {"f", "e"}:
        return FORMULA
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
