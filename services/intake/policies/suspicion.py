"""Orders a person looks at before volunteers are asked: they look like spam. None is dropped; a coordinator decides."""

from __future__ import annotations

import re
from datetime import timedelta

COUNTED = timedelta(hours=1)
"""Over so long a time the orders of one phone are counted."""
ORDERS_PER_PHONE = 30
_LINK = re.compile(
    r"(?:https?://|www\.)\S|[A-Za-z0-9-]+\.(?:com|cn|net|org|top|xyz|vip|cc|shop)(?![A-Za-z0-9-])", re.IGNORECASE
)
"""A link, or a domain name such as advertising carries; a resident who asks for something has no use for one."""


def looks_like_spam(details: str, before: int, most: int) -> bool:
    """Whether somebody is to look at an order first. ``before``: how many its phone has placed in the last hour;
    ``most``: the most that one phone places without being looked at.
    """
    return before >= most or _LINK.search(details) is not None
