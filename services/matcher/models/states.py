"""Which dispatches run, wait for people, or lie on a desk: said once, for their indexes and for the queries."""

from __future__ import annotations

from shared.persistence.partial import Rows

CLOCKED_ROWS = Rows("state", "placed", "offered", "assigned", "under_way", "escalated")
OPEN_ROWS = Rows("state", *CLOCKED_ROWS.values, "done")
UNPAIRED_ROWS = Rows("state", "placed", "offered")
DESK_ROWS = Rows("holder_role", "coordinator")
