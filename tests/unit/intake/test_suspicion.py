"""What a coordinator looks at before volunteers are asked."""

from __future__ import annotations

import pytest

from services.intake.policies.suspicion import looks_like_spam


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
    assert looked_at is looks_like_spam(details, before, 30)
