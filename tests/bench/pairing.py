"""The pairing at a county, a city and a province: the index of candidates, pruning, the solver, the start."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from types import SimpleNamespace

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import csr_array

from services.matcher.policies.candidates import Candidates
from services.matcher.policies.eligibility import Need
from services.matcher.policies.solving import Wanted, pair
from services.matcher.use_cases.pairing import ROUNDS
from shared.community.pairing import Weights
from tests.bench.crowds import GRIDS_OF_A_COMMUNITY, Looked, crowd_of, looked, needs
from tests.bench.loading_rosters import load_seconds

SIZES = (1_877, 10_000, 100_000, 1_000_000)
STAKE, PRUNED = 60.0, 32
TIMES = 4
DENSE = 500
"""Up to so many orders the optimum over everybody is found; beyond it, the optimum over those who are weighed."""


def batch(orders: int, people: int, *, hot_spot: bool) -> tuple[list[Need], Candidates]:
    """Orders that any member may serve, all over the place or all in one community, and who is there."""
    areas, members, draw = crowd_of(people)
    grids = [area.code for area in areas.of_kind("grid")]
    places = grids[:GRIDS_OF_A_COMMUNITY] if hot_spot else grids
    asked = (need for need in needs(places, draw, 2 * orders) if need.open)
    return list(asked), Candidates(SimpleNamespace(areas=areas), members)  # type: ignore[arg-type]  # areas are all it reads


def wanted_of(asked: Sequence[Need], index: Candidates, most: int) -> list[Wanted]:
    """The batch with each order's ``most`` cheapest."""
    found = (index.find(need, most, Weights()) for need in asked)
    return [
        Wanted(str(number), 1, STAKE, list(zip(one.volunteers, one.costs, strict=True)))
        for number, one in enumerate(found)
    ]


def asked_in_rounds(asked: Sequence[Need], index: Candidates) -> float:
    """What is gained as the pairing goes about it: those whom others leave nobody look further (pairing.py)."""
    total, left, taken = 0.0, list(asked), frozenset[str]()
    for _ in range(ROUNDS):
        wanted = wanted_of([replace(need, excluded=taken) for need in left], index, PRUNED)
        pairs = pair(wanted)
        total += gained(wanted, pairs)
        taken |= {name for names in pairs for name in names}
        left = [need for need, names in zip(left, pairs, strict=True) if not names]
        if not left:
            break
    return total


def least(asked: Sequence[Need], index: Candidates, people: int) -> float:
    """What the best assignment gains, whoever is asked: dense, over everybody who may serve (Jonker and Volgenant)."""
    prices = np.full((len(asked), people + len(asked)), STAKE)
    for row, need in enumerate(asked):
        found = index.find(need, people, Weights())
        for name, cost in zip(found.volunteers, found.costs, strict=True):
            prices[row, int(name.rpartition("-")[2])] = min(cost, STAKE)
    rows, columns = linear_sum_assignment(prices)
    return float((STAKE - prices[rows, columns]).sum())


def gained(wanted: Sequence[Wanted], pairs: Sequence[Sequence[str]]) -> float:
    """How much less than leaving all unasked: the stake less the cost, of each who is asked."""
    prices = [dict(one.candidates) for one in wanted]
    return sum(STAKE - price[name] for price, names in zip(prices, pairs, strict=True) for name in names)


def by_flow(wanted: Sequence[Wanted]) -> float:
    """The same as a flow of least cost, solved as the linear program it is (HiGHS); what is gained."""
    rows: list[int] = []
    columns: list[int] = []
    costs: list[float] = []
    people: dict[str, int] = {}
    for number, one in enumerate(wanted):
        for name, cost in one.candidates:
            rows += (number, len(wanted) + people.setdefault(name, len(people)))
            columns += (len(costs), len(costs))
            costs.append(cost - STAKE)
    limits = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(wanted) + len(people), len(costs)))
    solved = linprog(costs, A_ub=limits, b_ub=np.ones(limits.shape[0]), bounds=(0, 1), method="highs")
    return -float(solved.fun)


def timed(call: Callable[[], object]) -> float:
    """Seconds."""
    began = perf_counter()
    call()
    return perf_counter() - began


def solving(console: Console) -> Iterator[Mapping[str, object]]:
    """Each kind of batch: what pruning leaves of the optimum, and the solver's time beside the flow's."""
    shown = Table("batch", "share of the optimum", "in one round", "ours, ms", "flow, ms", "ratio (worst)")
    kinds = [
        ("county, 500 orders, ordinary", 500, 1_877, False),
        ("county, 500 orders, hot spot", 500, 1_877, True),
        ("city, 2,000 orders, ordinary", 2_000, 20_000, False),
    ]
    for name, orders, people, hot in kinds:
        asked, index = batch(orders, people, hot_spot=hot)
        pruned = wanted_of(asked, index, PRUNED)
        best = least(asked, index, people) if orders <= DENSE else by_flow(pruned)
        ours = [timed(partial(pair, pruned)) for _ in range(TIMES)]
        flow = [timed(partial(by_flow, pruned)) for _ in range(TIMES)]
        ratios = [a / b for a, b in zip(ours, flow, strict=True)]
        told = {
            "batch": name,
            "share": asked_in_rounds(asked, index) / best,
            "share_at_once": gained(pruned, pair(pruned)) / best,
            "ours_ms": median(ours) * 1000,
            "flow_ms": median(flow) * 1000,
            "ratio": median(ratios),
            "worst": max(ratios),
        }
        shown.add_row(
            str(told["batch"]),
            f"{told['share']:.4f}",
            f"{told['share_at_once']:.4f}",
            f"{told['ours_ms']:.1f}",
            f"{told['flow_ms']:.1f}",
            f"{told['ratio']:.2f} ({told['worst']:.2f})",
        )
        yield told
    console.print(shown)


def index_table(found: Sequence[Looked]) -> Table:
    """The index at each size."""
    shown = Table("people", "built, s", "bytes each", "for a post, p50/p99 ms", "any member", "note", title="Index")
    for one in found:
        times = [f"{p50:.3f}/{p99:.3f}" for p50, p99 in (one.post, one.member, one.note)]
        shown.add_row(f"{one.people:,}", f"{one.built:.2f}", str(one.bytes_each), *times)
    return shown


async def measure(console: Console) -> dict[str, object]:
    """Everything; figures as they are kept."""
    found = []
    for size in SIZES:
        found.append(await asyncio.to_thread(looked, size))
        console.print(f"an index of {size:,}")
    console.print(index_table(found))
    batches = list(solving(console))
    with tempfile.TemporaryDirectory(prefix="paidan-bench-") as folder:
        loads = [await load_seconds(Path(folder), size) for size in (10_000, 100_000)]
    for size, seconds in loads:
        console.print(f"{size:,} volunteers loaded from the database and put in the index: {seconds:.2f} s")
    return {
        "index": [asdict(one) for one in found],
        "solving": batches,
        "loading": [{"people": size, "seconds": seconds} for size, seconds in loads],
    }
