"""What a coordinator looks at before volunteers are asked."""

from __future__ import annotations

import pytest

from services.intake.policies.suspicion import SpamLimits, bands, looks_like_spam, too_often

ADVERTISED = "专业开锁换锁芯，二十四小时上门，价格优惠，欢迎来电咨询，本广告长期有效"


@pytest.mark.parametrize(
    ("details", "before", "looked_at"),
    [
        ("水龙头一直在滴水", 0, False),
        ("三楼 3.5 米长的水管，明天 9.30 来", 29, False),
        ("水龙头一直在滴水", 30, True),
        ("低价贷款看这里http://x.example/1", 0, True),
        ("加微信abc-1.top便宜", 0, True),
        ("WWW.EXAMPLE.NET", 0, True),
    ],
)
def test_links_and_many_orders_of_one_phone_are_looked_at(details: str, before: int, looked_at: bool) -> None:
    """Plain words of somebody who ordered before are not."""
    assert looked_at is looks_like_spam(details, before, SpamLimits())


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (ADVERTISED, True),
        (f"3栋2单元：{ADVERTISED}！", True),
        ("我家的老人行动不便，想请人下周二陪着去医院拿药，谢谢你们一直以来的帮助", False),
        ("孩子上三年级，数学跟不上，想请一位老师周末来家里辅导功课，时间都可以商量", False),
    ],
)
def test_texts_that_are_nearly_the_same_share_a_mark(other: str, alike: bool) -> None:
    """Whatever building they name; what two people say of two things does not."""
    assert alike is bool(set(bands(ADVERTISED)) & set(bands(other)))


def test_what_anybody_would_say_is_no_repetition() -> None:
    """Short words have no marks: the tap of every neighbour drips."""
    assert [] == list(bands("水龙头滴水，请来修一下"))


def test_a_limit_of_none_counts_nothing() -> None:
    """0 turns a limit off; a place below the grid counts beside it, and from its limit on somebody looks."""
    nothing = SpamLimits(per_place=0, per_grid=0, repeated=0).seen("b1", "g1", ADVERTISED)
    seen = SpamLimits(per_place=2, per_grid=5).seen("b1", "g1", "")
    assert ({}, {"grid:g1": 5, "place:b1": 2}) == (nothing, seen)
    assert [False, True, True] == [
        too_often(seen, lately) for lately in ({"grid:g1": 4, "place:b1": 1}, {"place:b1": 2}, {"grid:g1": 5})
    ]
