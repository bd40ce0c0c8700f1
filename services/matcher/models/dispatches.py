"""The dispatch of an order: the state, who holds it, until when, what is next."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from sqlalchemy import Index, LargeBinary, false, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.models.states import CLOCKED_ROWS, DESK_ROWS, OPEN_ROWS, UNPAIRED_ROWS
from services.matcher.policies.ladder import Rung
from services.matcher.policies.lifecycle import FINAL, Step, state_after
from shared.contracts.words import Holder, NextStep, OrderState, Role, Urgency, Window

_CLOCKED, _OPEN = CLOCKED_ROWS.condition, OPEN_ROWS.condition
_UNPAIRED, _ON_A_DESK = UNPAIRED_ROWS.condition, DESK_ROWS.condition
_PARTIES_UNKNOWN = text("NOT parties_known")

_NOBODY_ACTS = frozenset({Step.ESCALATE, Step.HAND_BACK})
"""Steps that leave an order as late as it was."""


class Stamp(TypedDict):
    """What every fact of a dispatch says besides what happened."""

    community: str | None
    order_id: str
    version: int
    grid: str
    at: datetime
    holder: Holder
    due_at: datetime
    next_step: NextStep


class Dispatch(MatcherTable, table=True):
    """Matcher's side of one order.

    ``version`` counts the events matcher published about it, ``intake_version`` those of intake it heard. ``desk_area``
    and ``tier``: where on the ladder the order stands; it never comes down again. ``note``: words of the last
    coordinator who passed it up, sealed under the order's id. ``continued``: who served this resident to their content,
    by spaces. ``parties``: marks and areas of those concerned, sealed alike; nobody is asked before ``parties_known``.
    ``desk_due_at``: by when the coordinator of this rung has to decide; it keeps running while somebody they called up
    is asked. ``overdue_since``: nobody is above, and it has been late since then. ``climbs``: how often it went up,
    ``returns``: how often it came back to a desk. ``look_first``: nobody is asked before a coordinator has looked.
    """

    __tablename__ = "dispatches"
    __table_args__ = (
        Index("dispatches_due", "due_at", sqlite_where=_CLOCKED, postgresql_where=_CLOCKED),
        Index("dispatches_desk", "holder_area", "due_at", sqlite_where=_ON_A_DESK, postgresql_where=_ON_A_DESK),
        Index("dispatches_unpaired", "community", "grid", sqlite_where=_UNPAIRED, postgresql_where=_UNPAIRED),
        Index("dispatches_parties", "order_id", sqlite_where=_PARTIES_UNKNOWN, postgresql_where=_PARTIES_UNKNOWN),
        Index("dispatches_open", "grid", "service", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("dispatches_by_time", "placed_at", "grid", "service", "community", "climbs", "returns"),
    )

    order_id: str = Field(primary_key=True)
    reference: str
    version: int = 0
    intake_version: int
    state: str
    service: str
    served_by: str
    community: str | None
    grid: str
    urgency: str
    window_from: datetime | None = None
    window_to: datetime | None = None
    holder_role: str | None
    holder_area: str | None
    holder_id: str | None = None
    desk_area: str
    tier: str
    due_at: datetime
    next_step: str
    round: int = 1
    note: bytes | None = Field(default=None, sa_type=LargeBinary)
    traceparent: str = ""
    placed_at: datetime
    continued: str = ""
    parties: bytes | None = Field(default=None, sa_type=LargeBinary)
    parties_known: bool = True
    desk_due_at: datetime | None = None
    climbs: int = 0
    returns: int = 0
    overdue_since: datetime | None = None
    look_first: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    @property
    def window(self) -> Window | None:
        """When the resident wants to be served."""
        if self.window_from is None or self.window_to is None:
            return None
        return Window(from_=self.window_from, to=self.window_to)

    @property
    def holder(self) -> Holder:
        """Who holds the order. Raises ``ValueError`` once it has ended: then nobody does."""
        return Holder(role=Role(self.holder_role or ""), area=self.holder_area, id=self.holder_id)

    @property
    def ended(self) -> bool:
        """Whether the order is closed or cancelled."""
        return OrderState(self.state) in FINAL

    @property
    def taken_by(self) -> str | None:
        """The coordinator who serves the current leg in person."""
        taken = (self.state, self.holder_role) == (OrderState.UNDER_WAY.value, Role.COORDINATOR.value)
        return self.holder_id if taken else None

    def stamp(self, now: datetime) -> Stamp:
        """Number the next fact of this dispatch, and say how things are after it."""
        self.version += 1
        return Stamp(
            community=self.community,
            order_id=self.order_id,
            version=self.version,
            grid=self.grid,
            at=now,
            holder=self.holder,
            due_at=self.due_at,
            next_step=NextStep(self.next_step),
        )

    def ask(self) -> None:
        """An offer runs; the coordinator is answerable meanwhile."""
        self._take(Step.OFFER)
        self._to_desk(NextStep.ACCEPT)

    def wait_for_offer(self) -> None:
        """No offer runs at the moment; somebody else must be asked."""
        self.next_step = NextStep.OFFER.value

    def call_up(self) -> None:
        """Nobody is left to ask: the units paired with the area may name a member."""
        self.next_step = NextStep.CALL_UP.value

    def decide(self) -> None:
        """Whoever was called up did not come forward: the coordinator has to decide, as before."""
        self.next_step = NextStep.DECIDE.value

    def ask_parties(self) -> None:
        """Somebody else is in the matter: who, intake has to be asked again."""
        self.parties_known = False

    def note_parties(self, sealed: bytes | None) -> None:
        """Who is a party is known, as far as the pairing needs it."""
        self.parties, self.parties_known = sealed, True

    def assign_to(self, volunteer_id: str, due_at: datetime) -> None:
        """Every place of the leg is taken; the volunteer who took the last one holds the order."""
        self._take(Step.ASSIGN)
        self.desk_due_at = None
        self._to_volunteer(volunteer_id, due_at, NextStep.START)

    def start_by(self, volunteer_id: str, due_at: datetime) -> None:
        """The volunteer is under way, and holds the order (again, if a coordinator did meanwhile)."""
        self._take(Step.START)
        self._to_volunteer(volunteer_id, due_at, NextStep.COMPLETE)

    def take_in_person(self, coordinator_id: str, due_at: datetime) -> None:
        """The coordinator of the desk serves it, with their own name."""
        self._take(Step.TAKE)
        self._to_desk(NextStep.COMPLETE)
        self.holder_id, self.due_at, self.desk_due_at = coordinator_id, due_at, None

    def extend(self, until: datetime) -> None:
        """Whoever holds it has until then: the resident agreed."""
        if self.desk_due_at is not None:
            self.desk_due_at = until
        self.due_at, self.overdue_since = until, None

    def hand_back(self) -> None:
        """A volunteer gave it back: the coordinator answers for it, and the clock keeps running."""
        self._take(Step.HAND_BACK)
        self._to_desk(NextStep.OFFER)

    def release(self, due_at: datetime) -> None:
        """A coordinator has looked at it: volunteers are asked, by a dispatch clock of its own."""
        self._take(Step.RELEASE)
        self.due_at, self.desk_due_at = due_at, None
        self._to_desk(NextStep.OFFER)

    def follow_on(self, due_at: datetime) -> None:
        """A leg was served, another follows, with a dispatch clock of its own."""
        self._take(Step.FOLLOW_ON)
        self.due_at = due_at
        self._to_desk(NextStep.OFFER)

    def escalate_to(self, rung: Rung, due_at: datetime, late_since: datetime | None = None) -> None:
        """The coordinator of that rung holds the order and has to decide. ``late_since``: nobody is above them; the
        first such moment stays.
        """
        self._take(Step.ESCALATE)
        self.climbs += rung.area != self.desk_area
        self.desk_area, self.tier, self.due_at, self.desk_due_at = rung.area, rung.tier, due_at, due_at
        self.overdue_since = self.overdue_since or late_since
        self._to_desk(NextStep.DECIDE)

    def refer_to(self, department: str, due_at: datetime) -> None:
        """An outside holder has it and has to serve it; where on the ladder the order stands does not change."""
        self._take(Step.ESCALATE)
        self.holder_role, self.holder_area, self.holder_id = Role.DEPARTMENT.value, self.desk_area, department
        self.due_at, self.desk_due_at, self.next_step = due_at, None, NextStep.COMPLETE.value
        self.overdue_since = None

    def finish(self, due_at: datetime) -> None:
        """Everything was served; the resident holds the order and reviews it."""
        self._take(Step.FINISH)
        self.holder_role, self.holder_area, self.holder_id = Role.RESIDENT.value, None, self.order_id
        self.due_at, self.next_step = due_at, NextStep.REVIEW.value

    def reopen(self, rung: Rung, due_at: datetime) -> None:
        """Not fixed: the same number runs again, answered for by the coordinator of that rung."""
        self._take(Step.REOPEN)
        self.round += 1
        self.desk_area, self.tier = rung.area, rung.tier
        self.due_at, self.desk_due_at = due_at, None
        self._to_desk(NextStep.OFFER)

    def end(self, step: Step) -> None:
        """The order was closed or cancelled; nobody holds it any more."""
        self._take(step)
        self.holder_role = self.holder_area = self.holder_id = None
        self.next_step = NextStep.NONE.value

    def amend(self, urgency: Urgency, window: Window | None) -> None:
        """The resident changed when and how soon."""
        self.urgency = urgency.value
        self.window_from = window.from_ if window else None
        self.window_to = window.to if window else None

    def _take(self, step: Step) -> None:
        self.state = state_after(OrderState(self.state), step).value
        if step not in _NOBODY_ACTS:
            self.overdue_since = None
        self.look_first = self.look_first and step is Step.ESCALATE

    def _to_desk(self, next_step: NextStep) -> None:
        self.holder_role, self.holder_area, self.holder_id = Role.COORDINATOR.value, self.desk_area, None
        self.next_step = next_step.value

    def _to_volunteer(self, volunteer_id: str, due_at: datetime, next_step: NextStep) -> None:
        self.holder_role, self.holder_area, self.holder_id = Role.VOLUNTEER.value, self.grid, volunteer_id
        self.due_at, self.next_step = due_at, next_step.value
