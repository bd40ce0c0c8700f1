"""The order: one matter, one reference for its whole life."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, false, text
from sqlmodel import Field

from services.intake.commands import Orderer
from services.intake.models.ground import IntakeTable
from services.intake.policies.closing import check_held_to_look
from services.intake.policies.lifecycle import check_open, check_reviewable, may_become
from shared.contracts.words import Holder, NextStep, OrderState, Outcome, Role, Urgency, Window
from shared.persistence.partial import Rows

DONE_ROWS = Rows("state", "done")
OPEN_ROWS = Rows("state", "placed", "offered", "assigned", "under_way", "escalated", "done")
_DONE, _OPEN, _REMINDING = DONE_ROWS.condition, OPEN_ROWS.condition, text("remind_at IS NOT NULL")
TO_FORGET = text("closed_at IS NOT NULL AND (forgotten < 2 OR NOT matcher_forgot)")


class Order(IntakeTable, table=True):
    """One matter, one reference for its whole life.

    ``version`` counts the events intake published about it, ``dispatch_version`` those of matcher it heard,
    ``entries`` those on its timeline.
    ``due_at`` and ``next_step`` belong to the holder of the moment. ``recorded_by``: the coordinator who took it down
    for somebody, with their consent, when it was placed, over ``channel``. ``call_only``: they do not read messages.
    ``overdue_since``: nobody is above its holder, and it has been late since then.
    ``orderer``: whether a resident, a shop or a firm ordered. ``split_from``: the id of the order it was divided from.
    ``owner_left_at``: who ordered withdrew, and it goes on for those who joined. ``merged_into``: the order under whose
    number the matter goes on.
    Once it is done, ``reminded`` counts the reminders of the review and ``remind_at`` is when the next one is due, None
    after the last. ``closing_id``: the closing that waits for the resident's yes or no.
    ``forgotten``: how much of what was personal is gone (``Forgotten``); ``matcher_forgot``: matcher's words of it too.
    ``look_first``: it looks like spam, and no coordinator has decided yet; ``turned_away``: the closing by which one
    ended it.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index("orders_review_due", "due_at", sqlite_where=_DONE, postgresql_where=_DONE),
        Index("orders_open", "service", "grid", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("orders_ended", "closed_at", "outcome", "grid"),
        Index("orders_remind", "remind_at", sqlite_where=_REMINDING, postgresql_where=_REMINDING),
        Index("orders_of_service", "service", "placed_at"),
        Index("orders_to_forget", "closed_at", sqlite_where=TO_FORGET, postgresql_where=TO_FORGET),
    )

    order_id: str = Field(primary_key=True)
    reference: str = Field(unique=True)
    service: str
    served_by: str
    area: str
    grid: str
    community: str | None
    urgency: str
    window_from: datetime | None = None
    window_to: datetime | None = None
    state: str
    outcome: str | None = None
    holder_role: str | None
    holder_area: str | None
    holder_id: str | None = None
    due_at: datetime | None
    next_step: str
    round: int = 1
    entries: int = 0
    version: int = 0
    dispatch_version: int = 0
    channel: str | None = None
    recorded_by: str | None = None
    call_only: bool = False
    overdue_since: datetime | None = None
    remind_at: datetime | None = None
    reminded: int = 0
    closing_id: str | None = None
    orderer: str = Orderer.RESIDENT.value
    split_from: str | None = Field(default=None, index=True)
    traceparent: str = ""
    placed_at: datetime
    changed_at: datetime
    closed_at: datetime | None = None
    owner_left_at: datetime | None = None
    merged_into: str | None = Field(default=None, foreign_key="orders.order_id")
    forgotten: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    matcher_forgot: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    look_first: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    turned_away: str | None = None

    @property
    def window(self) -> Window | None:
        """When the resident wants to be served."""
        if self.window_from is None or self.window_to is None:
            return None
        return Window(from_=self.window_from, to=self.window_to)

    @property
    def holder(self) -> Holder | None:
        """Who holds the order now; nobody once it has ended."""
        if self.holder_role is None:
            return None
        return Holder(role=Role(self.holder_role), area=self.holder_area, id=self.holder_id)

    def next_version(self) -> int:
        """Number the next event intake publishes about this order."""
        self.version += 1
        return self.version

    def hand_to(self, holder: Holder, due_at: datetime, next_step: NextStep, now: datetime) -> None:
        """From ``now`` on, ``holder`` owes the resident ``next_step`` by ``due_at``."""
        self.holder_role, self.holder_area, self.holder_id = holder.role.value, holder.area, holder.id
        self.due_at, self.next_step, self.changed_at = due_at, next_step.value, now

    def become(self, state: OrderState) -> bool:
        """Take a step of the lifecycle; False, and no step, when it is not a legal one."""
        if not may_become(OrderState(self.state), state):
            return False
        self.state = state.value
        return True

    def amend(self, window: Window | None, urgency: Urgency | None, now: datetime) -> None:
        """Change when and how soon. Raises ``OrderNotOpen`` or ``AlreadyDone``."""
        check_open(OrderState(self.state))
        if window is not None:
            self.window_from, self.window_to = window.from_, window.to
        if urgency is not None:
            self.urgency = urgency.value
        self.changed_at = now

    def cancel(self, now: datetime) -> None:
        """Withdraw. Raises ``OrderNotOpen`` or ``AlreadyDone``."""
        check_open(OrderState(self.state))
        self._end(OrderState.CANCELLED, Outcome.WITHDRAWN, now)

    def await_review(self, remind_at: datetime | None) -> None:
        """It was served; the first reminder of the review comes at ``remind_at``, None where nobody reads it."""
        self.reminded, self.remind_at, self.closing_id = 0, remind_at, None

    def remind(self, again_at: datetime | None, not_before: datetime) -> None:
        """A reminder was sent; the next one comes at ``again_at``, and the review is not due before ``not_before``."""
        self.reminded += 1
        self.remind_at = again_at
        self.due_at = max(self.due_at, not_before) if self.due_at else not_before

    def close_unfixed(self, now: datetime) -> None:
        """End as not fixed, as a coordinator proposed and the resident accepts. Raises ``OrderNotOpen`` or
        ``AlreadyDone``."""
        check_open(OrderState(self.state))
        self._end(OrderState.CLOSED, Outcome.NOT_FIXED, now)

    def turn_away(self, closing_id: str, now: datetime) -> None:
        """End as not fixed: it was taken for spam. Raises ``NotHeldToLook``, ``OrderNotOpen`` or ``AlreadyDone``."""
        check_held_to_look(OrderState(self.state), self.holder, look_first=self.look_first)
        self.close_unfixed(now)
        self.look_first, self.turned_away = False, closing_id

    def close(self, outcome: Outcome, now: datetime) -> None:
        """End a served order with what came of it. Raises ``OrderNotOpen`` or ``NotYetDone``."""
        check_reviewable(OrderState(self.state))
        self._end(OrderState.CLOSED, outcome, now)

    def reopen(self, holder: Holder, due_at: datetime, now: datetime) -> None:
        """Run again under the same number. Raises ``OrderNotOpen`` or ``NotYetDone``."""
        check_reviewable(OrderState(self.state))
        self.state = OrderState.PLACED.value
        self.remind_at = None
        self.round += 1
        self.hand_to(holder, due_at, NextStep.OFFER, now)

    def merge(self, into: str, now: datetime) -> None:
        """The matter goes on under another order's number. Raises ``OrderNotOpen`` or ``AlreadyDone``."""
        check_open(OrderState(self.state))
        self._end(OrderState.MERGED, None, now)
        self.merged_into = into

    def _end(self, state: OrderState, outcome: Outcome | None, now: datetime) -> None:
        self.state, self.outcome = state.value, outcome.value if outcome else None
        self.holder_role = self.holder_area = self.holder_id = self.due_at = self.remind_at = self.closing_id = None
        self.next_step, self.overdue_since = NextStep.NONE.value, None
        self.changed_at = self.closed_at = now
