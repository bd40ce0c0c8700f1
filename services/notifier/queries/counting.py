"""Counts of matters by cell, in SQL for both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.notifier.models import Matter

DONE, OPEN, CONTENT, OTHERS = "done", "open", "content", "others"
"""Served and waiting for the review; not served yet; who was content, and all others."""


def counts_of(starts: Mapping[str, datetime]) -> Select[Any]:
    """Orders by area, service, month, ending, feeling and tiers. A merged order is where and when it was placed, and
    ends as the order it joined, however many mergers later."""
    following = (
        select(col(Matter.order_id).label("order_id"), col(Matter.merged_into).label("root"))
        .where(col(Matter.merged_into).is_not(None))
        .cte("following", recursive=True)
    )
    onward = aliased(Matter)
    following = following.union(
        select(following.c.order_id, col(onward.merged_into))
        .join(onward, col(onward.order_id) == following.c.root)
        .where(col(onward.merged_into).is_not(None))
    )
    end = aliased(Matter)
    roots = (
        select(following.c.order_id, following.c.root)
        .join(end, and_(col(end.order_id) == following.c.root, col(end.merged_into).is_(None)))
        .subquery()
    )
    counted = aliased(Matter)
    ending = case(
        (col(counted.outcome).is_not(None), col(counted.outcome)),
        (col(counted.dones) >= col(counted.rounds), literal(DONE)),
        else_=literal(OPEN),
    )
    feeling = case((col(counted.content).is_(True), literal(CONTENT)), else_=literal(OTHERS))
    cells: tuple[Any, ...] = (
        col(Matter.area).label("area"),
        col(Matter.service).label("service"),
        _month(starts).label("month"),
        ending.label("ending"),
        feeling.label("feeling"),
        col(counted.tiers).label("tiers"),
    )
    each = (
        select(*cells)
        .outerjoin(roots, roots.c.order_id == col(Matter.order_id))
        .join(counted, col(counted.order_id) == func.coalesce(roots.c.root, col(Matter.order_id)))
        .subquery()
    )
    return select(*each.c, func.count()).group_by(*each.c)


def _month(starts: Mapping[str, datetime]) -> ColumnElement[str]:
    """The month an order was placed in, by the community's calendar: the last one that had begun."""
    latest_first = sorted(starts.items(), reverse=True)
    return case(*((col(Matter.placed_at) >= start, literal(month)) for month, start in latest_first))


def months_between(first: datetime, last: datetime, zone: tzinfo) -> dict[str, datetime]:
    """Every month from one instant to another, with its beginning."""
    start = first.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = {}
    while start <= last:
        found[f"{start:%Y-%m}"] = start
        start = next_month(start)
    return found


def next_month(start: datetime) -> datetime:
    """The beginning of the month after."""
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
