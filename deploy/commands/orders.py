"""``paidan orders import``: orders from somebody else's table into the running intake."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.attached import attach
from deploy.commands.options import DATA, Data
from deploy.posting import PostRefused, post_file, read_bytes
from deploy.problems import StackProblem

orders = typer.Typer(help="Orders of residents.", no_args_is_help=True)


@orders.callback()
def _only_a_group() -> None:
    """Orders of residents."""


@orders.command("import")
def import_orders(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or TSV.")],
    mapping: Annotated[Path, typer.Option(metavar="FILE", help="JSON: columns, services, areas, external_id.")],
    partial: Annotated[bool, typer.Option("--partial", help="Import what can be imported.")] = False,
    ledger: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Append each created order as a JSON line.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Import orders: all or nothing, unless --partial; one whose external id is known is not made again."""
    stack = attach(data)
    token = stack.county_token()
    fields = {"mapping": _text(mapping)}
    query = {"partial": "true"} if partial else {}
    if ledger is not None:
        append(ledger, ())  # a ledger that cannot be written must be known before orders are made
    try:
        answer = post_file(f"{stack.url('intake')}/api/orders/import", token, file, fields=fields, query=query)
    except PostRefused as refused:
        _tell(refused.problem)
        raise
    if ledger is not None:
        append(ledger, answer["orders"])
    _tell(answer)


def append(ledger: Path, created: Iterable[Mapping[str, Any]]) -> None:
    """Add the created orders to an outside ledger, a JSON line each. Raises ``StackProblem``."""
    try:
        with ledger.open("a", encoding="utf-8") as file:
            for order in created:
                kept = {name: order[name] for name in ("order_id", "reference", "tracking_token")}
                file.write(json.dumps(kept) + "\n")
    except OSError as error:
        raise StackProblem(f"cannot write {ledger}: {error.strerror}") from None


def summary(answer: Mapping[str, Any]) -> list[str]:
    """``created N known N refused N``, then a line for each refused row with its reasons."""
    refused = answer["refused"]
    lines = [f"created {answer['created']} known {answer['known']} refused {len(refused)}"]
    for row in refused:
        reasons = "; ".join(_reason(error) for error in row["errors"])
        lines.append(f"row {row['row']}: {reasons}")
    return lines


def _reason(error: Mapping[str, Any]) -> str:
    place = str(error.get("pointer", "")).lstrip("/")
    return ": ".join(part for part in (place, str(error.get("detail", ""))) if part)


def _tell(answer: Mapping[str, Any]) -> None:
    lines = summary(answer) if "refused" in answer else [_reason(error) for error in answer.get("errors") or ()]
    for line in lines:
        typer.echo(line)


def _text(mapping: Path) -> str:
    try:
        return read_bytes(mapping).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StackProblem(f"{mapping} is not UTF-8") from None
