"""``paidan token``: a signed token for ``Authorization: Bearer``, and nothing else on standard output."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.attached import sign
from deploy.commands.options import DATA, Data, duration
from deploy.layout import Layout
from shared.contracts.words import Role
from shared.identity.tokens import Caller


def token(
    role: Annotated[Role, typer.Option(help="Whom the token speaks for.")],
    subject: Annotated[str, typer.Option(help="The opaque id of the person.")],
    area: Annotated[str | None, typer.Option(help="The area of a coordinator.")] = None,
    ttl: Annotated[str, typer.Option(help="How long it lives: 90s, 30m, 1h, 7d.")] = "1h",
    data: Data = DATA,
) -> None:
    """Print a signed token for Authorization: Bearer."""
    typer.echo(sign(Layout.at(data), Caller(role, subject, area), duration(ttl)))
