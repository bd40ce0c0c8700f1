"""What a definition would do to the orders and people of a data directory; nothing has to run for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from sqlalchemy import make_url

from deploy.layout import Layout
from shared.community.editing import Named, joined
from shared.identity.keys import KeyMissing, read_key
from shared.persistence.asking import ask_once
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


def named_in(layout: Layout, urls: Mapping[str, str]) -> Named:
    """What the rows of a data directory name, by its databases' URLs; nothing where none has been started yet."""
    try:
        vault = Vault(read_key(layout.keys, "matcher-vault"))
    except KeyMissing:
        return Named()
    from services.intake.queries.named import named as named_at_intake  # noqa: PLC0415 - a first start asks nobody
    from services.matcher.queries.named import named as named_at_matcher  # noqa: PLC0415 - the same

    questions: Mapping[str, Callable[[Database], Awaitable[Named]]] = {
        "intake": named_at_intake,
        "matcher": partial(named_at_matcher, vault=vault),
    }
    answers = [ask_once(urls[service], ask) for service, ask in questions.items() if _is_there(urls[service])]
    return joined([answer for answer in answers if answer is not None])


def _is_there(url: str) -> bool:
    """Looking must not make a database."""
    parts = make_url(url)
    return parts.get_backend_name() != "sqlite" or Path(parts.database or "").exists()
