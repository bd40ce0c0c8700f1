"""Matcher as a machine whose levers are pulled at random; after each pull the model says what must be true."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.matcher.commands import CounterOffer, ExtendLeg, ResolveLeg, SetDuty, TakeInPerson
from services.matcher.commands.departing import FallIll, Leave, RestoreVolunteer, SuspendVolunteer
from services.matcher.use_cases.answering import Counter
from services.matcher.use_cases.availing import Own
from services.matcher.use_cases.deciding import Decision
from services.matcher.use_cases.departing import AboutVolunteer
from services.matcher.use_cases.pooling import Take
from shared.contracts.intake import ExtensionAnswered
from shared.contracts.words import Urgency
from tests.integration.matcher.levers import (
    COUNTY,
    GRIDS,
    MEDIATION,
    PASSING,
    WINDOWS,
    Levers,
    one_of,
)
from tests.integration.matcher.model import ENDED

__all__ = ["MEDIATION", "Matcher"]


class Matcher(Levers):
    """One community, and whatever its people do."""

    @rule(
        service=st.sampled_from(["neighbour_dispute", "sweeping", "sweeping"]),
        grid=st.sampled_from(GRIDS),
        urgency=st.sampled_from(Urgency),
        window=WINDOWS.filter(lambda window: window is None or window[0] >= 0),
        headcount=st.integers(1, 3),
        legs=st.integers(1, 2),
    )
    def place(
        self, service: str, grid: str, urgency: Urgency, window: tuple[int, int] | None, headcount: int, legs: int
    ) -> None:
        """A resident's order is heard."""
        shape = {"headcount": headcount, "legs": legs}
        self._step(self.stage.place(service, grid=grid, urgency=urgency, window=self._window(window), **shape))

    @precondition(lambda self: any(self._offers()))
    @rule(pick=st.integers(0, 99))
    def accept(self, pick: int) -> None:
        """Somebody who was asked says yes."""
        self._step(self.stage.say_yes(one_of(self._offers(), pick)))

    @precondition(lambda self: any(self._offers()))
    @rule(pick=st.integers(0, 99))
    def all_accept(self, pick: int) -> None:
        """Everybody who was asked about one order says yes."""
        order_id = one_of(self._offers(), pick).order_id
        for offer in [offer for offer in self._offers() if offer.order_id == order_id]:
            self._step(self.stage.say_yes(offer))

    @precondition(lambda self: any(self._offers()))
    @rule(pick=st.integers(0, 99))
    def decline(self, pick: int) -> None:
        """Somebody who was asked says no."""
        self._step(self.stage.decline(one_of(self._offers(), pick)))

    @precondition(lambda self: any(self._offers()))
    @rule(pick=st.integers(0, 99), hours=st.integers(0, 9), length=st.integers(1, 3))
    def counter(self, pick: int, hours: int, length: int) -> None:
        """Somebody who was asked would come at another time."""
        offer, window = one_of(self._offers(), pick), self._window((hours, length))
        assert window is not None
        wish = CounterOffer.model_validate({"from": window.from_, "to": window.to})
        command = Counter(offer.offer_id, offer.volunteer_id, wish)
        self._step(self.stage.do(self.stage.use_cases.answering.counter_offers, command))

    @precondition(lambda self: any(self._waiting()))
    @rule(pick=st.integers(0, 99), who=st.integers(0, 99))
    def take(self, pick: int, who: int) -> None:
        """Somebody asks for a leg of the pool."""
        command = Take(one_of(self._waiting(), pick), one_of(iter(self.seen.volunteers), who))
        self._step(self.stage.do(self.stage.use_cases.pooling.take_legs, command), pooled=True)

    @precondition(lambda self: any(self._current()))
    @rule(pick=st.integers(0, 99), by=st.sampled_from(["c-1", "c-2"]))
    def take_in_person(self, pick: int, by: str) -> None:
        """A coordinator serves it themselves."""
        decision = Decision(one_of(self._current(), pick), by, COUNTY, TakeInPerson())
        self._step(self.stage.do(self.stage.use_cases.deciding.take_in_person, decision))

    @precondition(lambda self: any(self._current()))
    @rule(pick=st.integers(0, 99))
    def resolve(self, pick: int) -> None:
        """A coordinator has served or settled it."""
        decision = Decision(one_of(self._current(), pick), "c-1", COUNTY, ResolveLeg(report="settled"))
        self._step(self.stage.do(self.stage.use_cases.deciding.resolve_legs, decision))

    @precondition(lambda self: any(self._current()))
    @rule(pick=st.integers(0, 99), days=st.sampled_from([1, 3, 15]), agreed=st.booleans())
    def extend(self, pick: int, days: int, agreed: bool) -> None:
        """A coordinator needs more time."""
        wish = ExtendLeg(until=self.stage.now + timedelta(days=days), reason="waiting", agreed=agreed)
        decision = Decision(one_of(self._current(), pick), "c-1", COUNTY, wish)
        self._step(self.stage.do(self.stage.use_cases.extending.extend_legs, decision))

    @precondition(lambda self: bool(self.seen.extensions))
    @rule(pick=st.integers(0, 99), accepted=st.booleans())
    def answer_extension(self, pick: int, accepted: bool) -> None:
        """A resident says whether it may take longer, perhaps too late."""
        asked = self.seen.extensions[one_of(iter(self.seen.extensions), pick)]
        fields = {"extension_id": asked.extension_id, "accepted": accepted, "answered_at": self.stage.now}
        fact = self.stage.following(asked.order_id, ExtensionAnswered, **fields)
        self._step(self.stage.do(self.stage.use_cases.extending.hear_answers, fact))

    @precondition(lambda self: any(self._active()))
    @rule(pick=st.integers(0, 99))
    def serve(self, pick: int) -> None:
        """Somebody goes on with what they have."""
        one = one_of(self._active(), pick)
        go_on = self.stage.start if one.state == "assigned" else self.stage.complete
        self._step(go_on(one.assignment_id, one.volunteer_id))

    @precondition(lambda self: any(self._active()))
    @rule(pick=st.integers(0, 99))
    def hand_back(self, pick: int) -> None:
        """Somebody cannot."""
        one = one_of(self._active(), pick)
        self._step(self.stage.hand_back(one.assignment_id, one.volunteer_id))

    @rule(who=st.integers(0, 99))
    def switch(self, who: int) -> None:
        """The on-duty switch."""
        volunteer_id = one_of(iter(self.seen.volunteers), who)
        on_duty = volunteer_id not in self.model.on_duty
        (self.model.on_duty.add if on_duty else self.model.on_duty.discard)(volunteer_id)
        self._step(self.stage.do(self.stage.use_cases.availing.set_duty, Own(volunteer_id, SetDuty(on_duty=on_duty))))

    @rule(who=st.integers(0, 99), hours=st.sampled_from([3, 24, 72]))
    def fall_ill(self, who: int, hours: int) -> None:
        """Somebody is ill from now on."""
        volunteer_id = one_of(iter(self.seen.volunteers), who)
        absence = self.stage.now, self.stage.now + timedelta(hours=hours)
        self.model.fall_ill(volunteer_id, absence)
        wish = FallIll(until=absence[1])
        self._step(self.stage.do(self.stage.use_cases.departing.fall_ill, Own(volunteer_id, wish)))
        self.model.check_ill(self.seen, volunteer_id, absence)

    @precondition(lambda self: len(self.model.gone) + 3 < len(self.seen.volunteers))
    @rule(who=st.integers(0, 99))
    def leave(self, who: int) -> None:
        """Somebody leaves."""
        volunteer_id = one_of(self._there(), who)
        self.model.leave(volunteer_id)
        self._step(self.stage.do(self.stage.use_cases.departing.leave, Own(volunteer_id, Leave(leave=True))))

    @precondition(lambda self: len(self.model.gone) + 3 < len(self.seen.volunteers))
    @rule(who=st.integers(0, 99))
    def suspend(self, who: int) -> None:
        """A coordinator stops somebody."""
        volunteer_id = one_of(self._there(), who)
        self.model.gone.add(volunteer_id)
        wish = AboutVolunteer(volunteer_id, "c-1", (COUNTY,), SuspendVolunteer(reason="complaints"))
        self._step(self.stage.do(self.stage.use_cases.departing.suspend, wish))

    @precondition(lambda self: bool(self.model.gone))
    @rule(who=st.integers(0, 99))
    def restore(self, who: int) -> None:
        """A coordinator lets somebody back in."""
        volunteer_id = one_of(iter(sorted(self.model.gone)), who)
        self.model.gone.remove(volunteer_id)
        wish = AboutVolunteer(volunteer_id, "c-1", (COUNTY,), RestoreVolunteer())
        self._step(self.stage.do(self.stage.use_cases.departing.restore, wish))

    @precondition(lambda self: any(self._running()))
    @rule(pick=st.integers(0, 99))
    def cancel(self, pick: int) -> None:
        """A resident withdraws."""
        self._step(self.stage.cancel(one_of(self._running(), pick)))

    @precondition(lambda self: any(self._running()))
    @rule(pick=st.integers(0, 99), window=WINDOWS, urgency=st.sampled_from(Urgency))
    def amend(self, pick: int, window: tuple[int, int] | None, urgency: Urgency) -> None:
        """A resident changes when and how soon."""
        self._step(self.stage.amend(one_of(self._running(), pick), self._window(window), urgency), amended=True)

    @rule(minutes=st.sampled_from(PASSING))
    def pass_time(self, minutes: int) -> None:
        """Time passes, and what fell due is swept until nothing is due."""
        self.stage.later(minutes=minutes)
        self._step(self._sweep())
        due = [one for one in self.seen.dispatches.values() if one.state not in {*ENDED, "done"}]
        assert [] == [one.order_id for one in due if one.due_at <= self.stage.now]
        assert [] == [one.offer_id for one in self._offers() if one.expires_at <= self.stage.now]
