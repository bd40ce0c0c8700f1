"""One run of schemathesis as a program of its own, and what came of it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.calling.ground import CallerOf

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
PHASES = ("examples", "coverage", "fuzzing")
_STRANGERS_ALONE = "live$|sign-out/everywhere$"
"""Streams that end when their reader leaves, and what ends the token that somebody calls with: asked by strangers
alone, whom they refuse."""
_ANSWER_SECONDS = 20


@dataclass(frozen=True)
class Outcome:
    """What one caller was answered. ``failures``: what broke which rule where; ``trouble``: why it could not go on."""

    caller: CallerOf
    statuses: Counter[int] = field(default_factory=Counter)
    failures: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def calls(self) -> int:
        """How many requests were answered."""
        return self.statuses.total()


async def call(caller: CallerOf, address: str, known: Mapping[str, str], seed: int, examples: int, at: Path) -> Outcome:
    """Let the tool call every operation of a service as one caller. ``at``: a directory for its files."""
    name = f"{caller.service}-{caller.name.replace(' ', '-')}"
    settings, report, har = at / f"{name}.toml", at / f"{name}.json", at / f"{name}.har"
    settings.write_text("[parameters]\n" + "".join(f'"path.{key}" = "{value}"\n' for key, value in known.items()))
    options = [
        f"--checks={','.join(CHECKS)}",
        f"--phases={','.join(PHASES)}",
        f"--max-examples={examples}",
        f"--seed={seed}",
        f"--request-timeout={_ANSWER_SECONDS}",
        "--continue-on-failure",
        "--no-color",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--report=json,har",
        f"--report-json-path={report}",
        f"--report-har-path={har}",
    ]
    if not caller.stranger:
        options += [f"--header=Authorization: Bearer {caller.token}", f"--exclude-path-regex={_STRANGERS_ALONE}"]
    program = ("-m", "schemathesis.cli", "--config-file", str(settings), "run", f"{address}/openapi.json", *options)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *program, cwd=at, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    (at / f"{name}.txt").write_bytes(said)
    reports = [json.loads(one.read_bytes()) if one.exists() else {} for one in (report, har)]
    if not all(reports) or not reports[0]["operations"]:
        return Outcome(caller, trouble=said.decode("utf-8", "replace")[-2000:])
    return outcome_of(caller, reports[0], reports[1], process.returncode or 0)


def outcome_of(caller: CallerOf, report: Mapping[str, Any], har: Mapping[str, Any], code: int) -> Outcome:
    """Read the tool's two reports: the run's own and the archive of its requests."""
    statuses = Counter(int(entry["response"]["status"]) for entry in har["log"]["entries"])
    failures = tuple(_told(failure) for failure in report["failures"])
    operations = report["operations"]
    trouble = ""
    if operations["errored"] or operations["tested"] < operations["selected"] or (code and not failures):
        trouble = f"{operations['tested']} of {operations['selected']} operations were called, exit code {code}"
    if not statuses:
        trouble = "nothing was called"
    return Outcome(caller, statuses, failures, trouble)


def _told(failure: Mapping[str, Any]) -> str:
    return f"{failure['title']} ({failure['count']}): {', '.join(failure['operations'])}"
