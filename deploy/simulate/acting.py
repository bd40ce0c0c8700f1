"""Everybody's part in one run: what follows from a fact, and from an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial, singledispatchmethod
from typing import Any

from deploy.simulate.behaviour import Assumptions
from deploy.simulate.coordinators import Coordinators
from deploy.simulate.counting import VOLUNTEER, Count, Life
from deploy.simulate.course import Course
from deploy.simulate.dice import Dice
from deploy.simulate.residents import Residents, Verdict, Wish
from deploy.simulate.stage import Act, Stage
from deploy.simulate.telling import Telling
from deploy.simulate.volunteers import Answer, Question, Says, Volunteers
from services.matcher.commands import (
    CompleteLeg,
    CounterOffer,
    DeclineOffer,
    EscalateLeg,
    HandBackLeg,
    NameMember,
    ResolveLeg,
)
from services.matcher.policies.acceptance import HandBackReason, OfferGone, PlaceTaken
from services.matcher.use_cases.answering import Accept, Counter, Decline
from services.matcher.use_cases.calling_up import Look, Name
from services.matcher.use_cases.deciding import Decision
from services.matcher.use_cases.drawing import ASSIGNED, DRAWING, Taken
from services.matcher.use_cases.pooling import Take
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.community.areas import GRID
from shared.contracts import matcher as facts
from shared.contracts.envelope import Event
from shared.contracts.refusal import Refusal
from shared.contracts.words import NextStep, Outcome

SETTLED = "settled"
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Cast:
    """The people of one run. ``chat``: they are asked in a chat group (see ``peers.Peer``)."""

    def __init__(
        self, stage: Stage, course: Course, volunteers: Volunteers, assumed: Assumptions, dice: Dice, *, chat: bool
    ) -> None:
        rules = stage.rules
        self.count = Count()
        self._rules = rules
        self._stage = stage
        self._use_cases = stage.use_cases
        self._course = course
        self._volunteers = volunteers
        self._chat = chat
        self._residents = Residents(rules, assumed, dice)
        self._coordinators = Coordinators(rules, assumed, dice)
        self._telling = Telling(rules, stage.use_cases, self.count)

    def place_all(self, begin: datetime, days: int, a_day: float) -> None:
        """Plan every order of so many days."""
        for wish in self._residents.wishes(begin, days, a_day):
            self._course.plan(wish.at, partial(self._place, wish))

    def look_at_pool(self, begin: datetime, days: int) -> None:
        """Plan every look at the pool of so many days."""
        for day in range(days):
            for at, volunteer_id in self._volunteers.pool_looks(begin + DAY * day):
                self._course.plan(at, partial(self._from_pool, volunteer_id))

    @singledispatchmethod
    def hear(self, fact: Event) -> None:
        """What follows from a fact of matcher; from most of them, nothing."""

    @hear.register
    def _(self, fact: facts.OfferMade) -> None:
        self.count.asks[fact.volunteer_id] += 1
        life = self.count.lives[fact.order_id]
        life.asked_at = life.asked_at or self._course.now
        asked = self._question(fact.order_id, fact.volunteer_id)
        answers = self._volunteers.answer_to_secretary if fact.unit else self._volunteers.answer
        answer = answers(asked, self._course.now)
        self.count.answers[answer.says] += 1
        if answer.says is not Says.NOTHING:
            self._course.plan(answer.at, partial(self._answered, fact, answer))

    @hear.register
    def _(self, _fact: facts.OfferExpired) -> None:
        self.count.expired += 1

    @hear.register
    def _(self, fact: facts.CallUpMade) -> None:
        self.count.call_ups += 1
        about, calling_up = f"{fact.order_id}:{fact.unit}", self._use_cases.calling_up
        at = self._coordinators.names_at(about, self._course.now)
        look = Look(fact.call_up_id, fact.secretary_id)
        if at is not None:
            self._plan(at, calling_up.list_members, look, partial(self._listed, look, about))

    @hear.register
    def _(self, fact: facts.LegAssigned) -> None:
        life, now, serving = self.count.lives[fact.order_id], self._course.now, self._use_cases.serving
        self.count.won.add((fact.order_id, fact.volunteer_id))
        if life.round == 1 and life.staffed_at is None and fact.next_step is NextStep.START:
            life.staffed_at, life.staffed_by = now, fact.by
        service = self._volunteers.service(self._question(fact.order_id, fact.volunteer_id), fact.window, now)
        own = (fact.assignment_id, fact.volunteer_id)
        if service.returned is not None:
            back = HandBack(*own, HandBackLeg(reason=HandBackReason.NO_TIME))
            self._plan(service.returned, serving.hand_back_assignments, back)
        elif service.starts is not None:
            complete = Complete(*own, CompleteLeg(report=SETTLED, minutes=max(1, service.lasts // MINUTE)))
            self._plan(service.starts, serving.start_assignments, Start(*own))
            ends = service.starts + service.lasts
            self._plan(ends, serving.complete_assignments, complete, partial(self._served, fact.volunteer_id))

    @hear.register
    def _(self, fact: facts.LegCompleted) -> None:
        life = self.count.lives[fact.order_id]
        if life.round == 1:
            life.settled_by = VOLUNTEER if fact.volunteer_id else life.tier
            life.closed_at = life.tier or GRID

    @hear.register
    def _(self, fact: facts.OrderEscalated) -> None:
        life = self.count.lives[fact.order_id]
        life.escalations += 1
        life.desk_area, life.tier = fact.holder.area or "", fact.tier
        time = life.escalations
        at = self._coordinators.decides_at(life.order_id, time, life.tier, life.wish.urgency, self._course.now)
        self._course.plan(at, partial(self._decision, life, time))

    @hear.register
    def _(self, fact: facts.OrderDone) -> None:
        life = self.count.lives[fact.order_id]
        verdict = self._residents.verdict(life.order_id, life.round, self._course.now, fact.due_at)
        self._course.plan(verdict.at, partial(self._reviewed, life, verdict))

    def _question(self, order_id: str, volunteer_id: str) -> Question:
        return Question(volunteer_id, order_id, self.count.lives[order_id].wish)

    def _place(self, wish: Wish) -> Act:
        return self._telling.placed(wish, self._course.now)

    def _answered(self, fact: facts.OfferMade, answer: Answer) -> Act | None:
        answering, own = self._use_cases.answering, (fact.offer_id, fact.volunteer_id)
        hope = (fact.order_id, fact.volunteer_id)
        if self._chat and (answer.says is not Says.YES or self._sees_it_taken(hope)):
            return None
        hoped = partial(self._hoped, hope)
        if answer.says is Says.YES:
            return Act(answering.accept_offers, Accept(*own), hoped)
        if answer.window is not None:
            wish = CounterOffer.model_validate({"from": answer.window.from_, "to": answer.window.to})
            return Act(answering.counter_offers, Counter(*own, wish), hoped)
        return Act(answering.decline_offers, Decline(*own, DeclineOffer()), _nothing)

    def _sees_it_taken(self, hope: tuple[str, str]) -> bool:
        """Whether somebody who would have said yes reads that somebody else has: a yes in vain as well."""
        taken = self.count.lives[hope[0]].staffed_at is not None
        if taken:
            self.count.hopes.add(hope)
        return taken

    def _hoped(self, hope: tuple[str, str], answer: Any) -> None:
        """A yes in time: to an offer that was open, or that somebody else was just preferred for."""
        taken = isinstance(answer, Taken) and answer.state in {ASSIGNED, DRAWING}
        if taken or isinstance(answer, OfferGone | PlaceTaken):
            self.count.hopes.add(hope)

    async def _from_pool(self, volunteer_id: str) -> Act | None:
        leg = await self._stage.pool(volunteer_id)
        if leg is None or not self._volunteers.asks_for(self._question(leg.order_id, volunteer_id), self._course.now):
            return None
        hoped = partial(self._hoped, (leg.order_id, volunteer_id))
        return Act(self._use_cases.pooling.take_legs, Take(leg.leg_id, volunteer_id), hoped)

    def _listed(self, look: Look, about: str, members: Any) -> None:
        """A secretary sees who is free, and names one of them."""
        if isinstance(members, Refusal) or not members:
            return
        name = Name(look.call_up_id, look.secretary_id, NameMember(volunteer=self._coordinators.named(about, members)))
        self._plan(self._course.now, self._use_cases.calling_up.name_members, name)

    def _served(self, volunteer_id: str, answer: Any) -> None:
        self.count.served[volunteer_id] += not isinstance(answer, Refusal)

    def _decision(self, life: Life, time: int) -> Act | None:
        """What the coordinator does to whom the order came for the ``time``-th time, if it is still there."""
        if life.escalations != time or life.ended:
            return None
        area, deciding = life.desk_area, self._use_cases.deciding
        by = self._rules.ladder.by_area[area].coordinator_id
        if self._coordinators.settles(life.order_id, time) or area == self._rules.areas.root.code:
            return Act(deciding.resolve_legs, Decision(life.leg_id, by, area, ResolveLeg(report=SETTLED)), _nothing)
        return Act(deciding.escalate_legs, Decision(life.leg_id, by, area, EscalateLeg(reason=SETTLED)), _nothing)

    def _reviewed(self, life: Life, verdict: Verdict) -> Act:
        """The review, and what intake makes of it in the next minute."""
        follows = self._telling.reopened if verdict.outcome is Outcome.NOT_FIXED else self._telling.closed
        self._course.plan(self._course.now, lambda: follows(life, self._course.now))
        return self._telling.reviewed(life, verdict, self._course.now)

    def _plan(
        self, at: datetime, use_case: Callable[..., Any], command: Any, heard: Callable[[Any], None] | None = None
    ) -> None:
        self._course.plan(at, lambda: Act(use_case, command, heard or _nothing))


def _nothing(_answer: Any) -> None:
    """Nobody waits for this answer."""
