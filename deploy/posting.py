"""Posting a file to a service's door, and its refusals as the command line tells them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from deploy.problems import StackProblem

SECONDS = 300.0
"""A county's roster or a year of orders is one transaction; it may take its time."""


class PostRefused(StackProblem):
    """A service said no. ``problem`` is its answer (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        said = [str(problem.get("title") or "the service refused"), str(problem.get("detail") or "")]
        super().__init__(": ".join(dict.fromkeys(part for part in said if part)))
        self.problem = problem


def language() -> str:
    """The language to be answered in, by the terminal's own."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh-CN" if chosen.startswith("zh") else "en"


def post_file(
    url: str, token: str, file: Path, *, fields: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """POST a file as the multipart field ``file`` beside ``fields``; the answer's JSON object.

    Raises ``PostRefused`` when the service says no, ``StackProblem`` when it does not answer.
    """
    content = read_bytes(file)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language()}
    try:
        response = httpx2.post(
            url,
            headers=headers,
            params=dict(query or {}),
            data=dict(fields or {}),
            files={"file": (file.name, content)},
            timeout=SECONDS,
            trust_env=False,
        )
    except httpx2.HTTPError as error:
        raise StackProblem(f"{url} does not answer: {error}") from None
    if response.is_success:
        answer: dict[str, Any] = response.json()
        return answer
    raise PostRefused(_problem(response))


def post_roster(matcher: str, token: str, file: Path) -> dict[str, Any]:
    """Hand a roster to matcher's door; ``token`` speaks for the coordinator of the county."""
    return post_file(f"{matcher}/api/roster", token, file)


def post_coordinators(matcher: str, token: str, file: Path) -> dict[str, Any]:
    """Hand the list of who holds the coordinators' offices to matcher's door; raises as ``post_file``."""
    return post_file(f"{matcher}/api/coordinators", token, file)


def fetch_roster(matcher: str, token: str, form: str) -> bytes:
    """The roster as a file, ``csv`` or ``xlsx``. Raises as ``post_file``."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language()}
    url = f"{matcher}/api/roster"
    try:
        response = httpx2.get(url, headers=headers, params={"format": form}, timeout=SECONDS, trust_env=False)
    except httpx2.HTTPError as error:
        raise StackProblem(f"{url} does not answer: {error}") from None
    if not response.is_success:
        raise PostRefused(_problem(response))
    return response.content


def write_bytes(file: Path, content: bytes) -> None:
    """Write a file that its owner alone can read. Raises ``StackProblem`` when it is there or cannot be written."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(content)
    except OSError as error:
        raise StackProblem(f"cannot write {file}: {error.strerror}") from None


def row_errors(problem: Mapping[str, Any]) -> list[str]:
    """A line for each thing wrong; the pointer of an error is ``/<row>/<column>``, row 0 the file itself, after
    ``/<sheet>`` for a further sheet of a workbook.
    """
    lines = []
    for error in problem.get("errors") or ():
        parts = [part.replace("~1", "/").replace("~0", "~") for part in str(error.get("pointer", "")).split("/")[1:]]
        sheet = parts.pop(0) if parts and not parts[0].isdecimal() else ""
        row, column = [*parts, "", ""][:2]
        place = ", ".join(part for part in (sheet, f"row {row}" if row not in {"", "0"} else "", column) if part)
        lines.append(": ".join(part for part in (place, str(error.get("detail", ""))) if part))
    return lines


def read_bytes(file: Path) -> bytes:
    """A file's content. Raises ``StackProblem`` when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise StackProblem(f"cannot read {file}: {error.strerror}") from None


def _problem(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    return problem if isinstance(problem, dict) else {"title": f"the service answered {response.status_code}"}
