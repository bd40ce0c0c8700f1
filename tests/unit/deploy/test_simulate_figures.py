"""The figures of a simulation, by examples worked out by hand; the policies' ways of asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deploy.layout import DEFAULT_DEFINITION
from deploy.simulate.counting import Count, Life
from deploy.simulate.course import whole_minute
from deploy.simulate.figures import figures_of, gini, percentile
from deploy.simulate.peers import PEERS, Broadcast, FixedWaves, OneByOne
from deploy.simulate.residents import Wish
from services.matcher.policies.waves import Situation
from shared.community.definition import load
from shared.contracts.words import Outcome, Urgency

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
COUNTY = load(DEFAULT_DEFINITION)
TIERS = [tier.kind for tier in COUNTY.ladder.tiers]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], 0.0), ([0, 0], 0.0), ([3, 3, 3], 0.0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25)],
)
def test_gini_is_half_the_relative_mean_difference(values: list[float], expected: float) -> None:
    """Equal shares 0; everything with one of four 3/4; one and three: half of 1 over 2."""
    assert expected == pytest.approx(gini(values))


def test_percentiles_are_values_that_were_seen() -> None:
    """The nearest rank; none of nothing."""
    assert [3, 5, 0.0] == [percentile([5, 1, 3, 4, 2], 0.5), percentile([5, 1, 3, 4, 2], 0.95), percentile([], 0.5)]


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (59.5, 1), (60, 1), (61, 2)])
def test_plans_are_done_at_the_whole_minute_that_follows(seconds: float, minutes: int) -> None:
    """A whole minute is its own."""
    assert NOW + timedelta(minutes=minutes) == whole_minute(NOW + timedelta(seconds=seconds))


def life(number: int, urgency: Urgency, minutes: int | None, settled_by: str) -> Life:
    """One order, taken after so many minutes or never."""
    wish = Wish(number, NOW, COUNTY.services[0], "maoling-east-g1", urgency, None, 1, returning=False)
    staffed_at = NOW + timedelta(minutes=minutes) if minutes is not None else None
    return Life(
        f"o-{number}", wish, NOW, f"o-{number}-l1", staffed_at=staffed_at, staffed_by="offer", settled_by=settled_by,
        outcome=Outcome.FIXED,
    )  # fmt: skip


def test_figures_tell_who_took_and_who_settled() -> None:
    """Four orders, one of them urgent: taken after 10, 20 and 4 minutes, and never."""
    lives = [
        life(1, Urgency.NORMAL, 10, "volunteer"),
        life(2, Urgency.NORMAL, 20, "community"),
        life(3, Urgency.URGENT, 4, "volunteer"),
        life(4, Urgency.NORMAL, None, "grid"),
    ]
    count = Count(lives={one.order_id: one for one in lives})
    count.asks.update({"v-1": 3, "v-2": 1})
    count.served.update({"v-1": 2})
    count.hopes |= {("o-1", "v-1"), ("o-1", "v-2")}
    count.won |= {("o-1", "v-1")}
    figures = figures_of("ours", 1, count, ["v-1", "v-2", "v-3", "v-4"], {"one": ["v-1"], "two": ["v-1", "v-2"]}, TIERS)
    assert (4, 1, 10.0, 20.0, 4.0) == (
        figures.orders, figures.urgent, figures.minutes_p50, figures.minutes_p95, figures.urgent_minutes_p95,
    )  # fmt: skip
    assert (1.0, 0.75, 0.25, 0.0) == (
        figures.asks_per_order, figures.taken, figures.unmatched, figures.urgent_unmatched,
    )  # fmt: skip
    assert (0.5, 0.25, 0.25) == (figures.settled_by_volunteer, figures.settled_at_grid, figures.settled_above)
    assert (0.5, 0.0, 0.25, 0.5) == (
        figures.never_asked, figures.holders_never_asked, figures.holders_gini_asks, figures.vain_yeses,
    )  # fmt: skip


def test_peers_are_compared_among_themselves() -> None:
    """Two skills of which one is wanted more: nobody is treated worse than who holds the same."""
    count = Count()
    count.asks.update({"v-1": 4, "v-2": 4, "v-3": 1, "v-4": 1})
    figures = figures_of("ours", 1, count, [], {"one": ["v-1", "v-2"], "two": ["v-3", "v-4"]}, TIERS)
    assert 0.0 == figures.peers_gini_asks
    assert 0.3 == pytest.approx(figures.holders_gini_asks)


def test_the_numbers_of_the_loop_are_those_of_the_first_round() -> None:
    """Three settled, one still open: where on the ladder, how soon somebody was asked, what residents said of it."""
    lives = [life(number, Urgency.NORMAL, None, "grid") for number in range(4)]
    fixed, partly, not_fixed, no_reply = Outcome.FIXED, Outcome.PARTLY, Outcome.NOT_FIXED, Outcome.NO_REPLY
    lives[3].outcome = None
    courses = [("grid", 2, fixed, fixed), ("grid", 4, not_fixed, partly), ("county", 60, no_reply, no_reply)]
    for one, (tier, asked, first, last) in zip(lives, courses, strict=False):
        one.closed_at, one.first_outcome, one.outcome = tier, first, last
        one.asked_at = NOW + timedelta(minutes=asked)
    figures = figures_of("ours", 1, Count(lives={one.order_id: one for one in lives}), [], {"one": []}, TIERS)
    assert (0.75, 4.0, 0.5, 0.5) == (
        figures.answered, figures.asked_minutes_p50, figures.solved_at_once, figures.content,
    )  # fmt: skip
    shares = {"grid": 2 / 3, "community": 0.0, "subdistrict": 0.0, "county": 1 / 3}
    assert shares == pytest.approx(figures.closed_at)


def situation(places: int) -> Situation:
    """Ten people who say yes three times out of ten."""
    return Situation(
        urgency=Urgency.NORMAL, places=places, chances=[0.3] * 10, now=NOW, due_at=NOW + timedelta(hours=4),
        offer=timedelta(minutes=30), eligible=10,
    )  # fmt: skip


def test_peers_ask_as_they_are_called() -> None:
    """All; the places; the fewest of whom at least one says yes nine times out of ten: 1 - 0.7^7 = 0.918."""
    assert [10, 1, 7] == [peer.wave(situation(1)) for peer in (Broadcast(), OneByOne(), FixedWaves())]
    assert [10, 2, 10] == [peer.wave(situation(2)) for peer in (Broadcast(), OneByOne(), FixedWaves())]


def test_a_peer_differs_from_ours_in_its_asking_alone() -> None:
    """Clocks, services and people are the community's; the ring is closed to all but ours."""
    rings = {name: peer.rules(COUNTY).clocks.normal.call_up_minutes for name, peer in PEERS.items()}
    own = COUNTY.clocks.normal.call_up_minutes
    assert {"broadcast": 0, "one_by_one": 0, "fixed_waves": 0, "ours_alone": 0, "ours": own} == rings
    assert COUNTY.clocks == PEERS["ours"].rules(COUNTY).clocks
    assert COUNTY.pairing == PEERS["one_by_one"].rules(COUNTY).pairing
