"""What intake hears: every fact of matcher's dispatch, each moving the order it is about, and of notices that reached
nobody. And what it is asked.
"""

from __future__ import annotations

from services.intake.queries import Parties, Reaching
from services.intake.queries.serving import ServersContacts
from services.intake.use_cases import UseCases
from shared.contracts.matcher import (
    CallUpMade,
    ErrandAdvanced,
    ExtensionAsked,
    IncidentAnswered,
    IncidentRaised,
    LegAdded,
    LegAssigned,
    LegCompleted,
    LegHandedBack,
    LegRequested,
    LegStarted,
    LegTaken,
    OfferCountered,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OrderDone,
    OrderEscalated,
    OrderExtended,
    OrderReferred,
    OrderReleased,
)
from shared.contracts.notifier import NoticeFailed
from shared.contracts.personal import ContactAsked
from shared.contracts.reaching import ResidentsToReach
from shared.contracts.requests import PartiesAsked
from shared.messaging.consuming import Hearing
from shared.messaging.requests import Answers as Answering


def make_hearing(use_cases: UseCases) -> Hearing:
    """Intake's consumers, bound to the use cases of one service."""
    hearing = Hearing("intake", "matcher")
    hearing.on(
        use_cases.following.follow_dispatch,
        OfferMade,  # the order is being offered
        OfferDeclined,  # somebody cannot; the next is asked
        OfferCountered,  # somebody proposes another time
        CallUpMade,  # a unit may name a member
        OfferExpired,  # somebody did not answer; the next is asked
        LegRequested,  # somebody asks for it from the pool
        LegAssigned,  # somebody has the order
        LegStarted,  # the volunteer is under way
        LegHandedBack,  # the volunteer had to give it back
        LegCompleted,  # a leg was served
        OrderEscalated,  # a coordinator holds the order
        OrderReferred,  # a department holds the order
        OrderReleased,  # a coordinator has looked at it, and volunteers may be asked
        LegAdded,  # a further leg follows under the same number
        LegTaken,  # a coordinator serves it in person
        ExtensionAsked,  # the resident is asked for more time
        OrderExtended,  # there is more time
        ErrandAdvanced,  # the errand has come further
        IncidentRaised,  # a danger is before the coordinator
        IncidentAnswered,  # somebody has seen to the danger
        OrderDone,  # everything was served; the resident reviews
    )
    return hearing


def make_notice_hearing(use_cases: UseCases) -> Hearing:
    """What intake hears of its residents' notices."""
    hearing = Hearing("intake", "notifier")
    hearing.on(use_cases.unreached.call_unreached, NoticeFailed)  # it left over no channel: its resident is called
    return hearing


def answering(parties: Parties, contacts: ServersContacts, reaching: Reaching) -> Answering:
    """What intake tells the services that ask."""
    answers = Answering("intake")
    answers.on(PartiesAsked)(parties.tell)
    answers.on(ContactAsked)(contacts.tell)
    answers.on(ResidentsToReach)(reaching.tell)
    return answers
