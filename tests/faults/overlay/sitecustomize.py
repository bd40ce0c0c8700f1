"""Laid over the services' processes by PYTHONPATH: they die at a chosen point, or their clock is off.

Python imports it at its start. It wraps calls of libraries, in the services' processes and in the nursery they are
forked from, and only where the harness started them; no code of the services knows of it. ``<armory>/<service>.arm``
says ``POINT NTH``: the process kills itself when it comes to the point for the nth time. ``<armory>/<service>.clock``
says by how many seconds the wall clock that domain time is made from is off.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

_LOOK_SECONDS = 0.1


def _service() -> str:
    """Which service this process serves as; empty for every other process, the nursery too."""
    words = sys.orig_argv
    serving = [word.partition(".")[2] for word in words if word.startswith("services.")]
    return serving[0] if serving and words[-1] == "serve" else ""


def _may_serve() -> bool:
    return bool(_service()) or "deploy.nursery_process" in sys.orig_argv


class Doom:
    """Where this process is to die."""

    def __init__(self, armory: Path) -> None:
        self._armory = armory
        self._told = ""
        self._times = 0

    def reached(self, point: str) -> None:
        """The process is at this point; it may be its last."""
        arm = self._armory / f"{_service()}.arm"
        try:
            told = arm.read_text()
        except OSError:
            return
        wanted, _, nth = told.partition(" ")
        if wanted != point:
            return
        self._times = self._times + 1 if told == self._told else 1
        self._told = told
        if self._times >= int(nth.split()[0]):
            arm.unlink(missing_ok=True)  # whoever is started in its place lives
            os.kill(os.getpid(), signal.SIGKILL)


def _around_commits(doom: Doom) -> None:
    from sqlalchemy.engine.default import DefaultDialect  # noqa: PLC0415 - only in a service's process

    commit: Any = DefaultDialect.do_commit

    @wraps(commit)
    def do_commit(self: Any, connection: Any) -> None:
        doom.reached("before_commit")
        commit(self, connection)
        doom.reached("after_commit")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]  # that is what it is for


def _around_publishing(doom: Doom) -> None:
    from nats.aio.msg import Msg  # noqa: PLC0415 - only in a service's process
    from nats.js.client import JetStreamContext  # noqa: PLC0415 - only in a service's process

    publish: Any = JetStreamContext.publish
    ack: Any = Msg.ack

    @wraps(publish)
    async def published(self: Any, *arguments: Any, **named: Any) -> Any:
        doom.reached("before_publish")
        answer = await publish(self, *arguments, **named)
        doom.reached("after_publish")
        return answer

    @wraps(ack)
    async def acknowledged(self: Any) -> None:
        doom.reached("before_ack")
        await ack(self)
        doom.reached("after_ack")

    JetStreamContext.publish = published  # type: ignore[method-assign]  # that is what it is for
    Msg.ack = acknowledged  # type: ignore[method-assign]  # that is what it is for


def _before_answers(doom: Doom) -> None:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle  # noqa: PLC0415 - as above

    send: Any = RequestResponseCycle.send

    @wraps(send)
    async def answered(self: Any, message: Any) -> None:
        if message["type"] == "http.response.start" and self.scope["method"] == "POST":
            doom.reached("before_answer")
        await send(self, message)

    RequestResponseCycle.send = answered  # type: ignore[method-assign]  # that is what it is for


def _shifted(wall: Callable[[], float], armory: Path) -> Callable[[], float]:
    seen = [0.0, 0.0]  # when it was looked at, and by how much the clock was off

    def now() -> float:
        moment = time.monotonic()
        if moment - seen[0] > _LOOK_SECONDS:
            try:
                seen[1] = float((armory / f"{_service()}.clock").read_text())
            except (OSError, ValueError):
                seen[1] = 0.0
            seen[0] = moment
        return wall() + seen[1]

    return now


if _may_serve() and (_at := os.environ.get("FAULTS_ARMORY")):
    time.time = _shifted(time.time, Path(_at))  # before anybody takes it by its name
    _doom = Doom(Path(_at))
    _around_commits(_doom)
    _around_publishing(_doom)
    _before_answers(_doom)
