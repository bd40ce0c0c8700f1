"""Options several commands share, and how their texts become values."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from deploy.layout import DEFAULT_DATA
from deploy.problems import StackProblem

Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="Data directory of the stack.")]
DATA = DEFAULT_DATA

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: str) -> timedelta:
    """``90s``, ``30m``, ``1h``, ``7d``. Raises ``StackProblem``."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if found is None or int(found[1]) == 0:
        raise StackProblem(f"{text!r} is no duration; write it as 90s, 30m, 1h or 7d")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
