"""Volunteers show a card of theirs to residents, and give their calendar an address; both end when they say so."""

from __future__ import annotations

from collections.abc import Sequence

from services.matcher.commands.own import MakeFeed, ShowCard, TakeBackCard, TakeBackFeed
from services.matcher.models import CalendarFeed, PublicCard
from services.matcher.models.personal import Personal
from services.matcher.policies.cards import check_showable
from services.matcher.repository import Unit
from services.matcher.use_cases.availing import Own
from shared.community.definition import Community
from shared.contracts.audit import Deed, What
from shared.contracts.refusal import NotFound, Refusal
from shared.persistence.vault import Vault


class Presenting:
    """Keeps what volunteers show of themselves; what a card says is sealed under the volunteer's id."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault

    async def show_card(self, uow: Unit, commands: Sequence[Own[ShowCard]]) -> list[str | Refusal]:
        """The residents of where they live now see it; a card that was there before keeps its address. Answers are the
        cards' ids. Refusals: ``NotFound`` for who is not there, ``EmployerHidden``.
        """
        people = {command.volunteer_id for command in commands}
        volunteers = await uow.repository.volunteers(people)
        units, cards = await uow.repository.units(), await uow.repository.public_cards(people)
        answers: list[str | Refusal] = []
        for command in commands:
            volunteer = volunteers.get(command.volunteer_id)
            try:
                if volunteer is None:
                    raise NotFound
                personal = Personal.opened(self._vault, volunteer.volunteer_id, volunteer.sealed)
                unit = units.get(personal.unit or "")
                check_showable(there=volunteer.is_there, hidden=unit is not None and unit.hidden)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            card = cards.get(command.volunteer_id)
            if card is None:
                card = cards[command.volunteer_id] = PublicCard(
                    volunteer_id=command.volunteer_id, card_id=uow.new_id(), community="", sealed=b"", shown_at=uow.now
                )
                uow.repository.keep_own(card)
            card.community = self._rules.areas.community_of(personal.home) or personal.home
            card.sealed = self._vault.seal(command.volunteer_id, command.wish.model_dump_json())
            uow.audit(Deed(command.by, What.EDITED, "", command.volunteer_id, field="public_card", reason="shown"))
            answers.append(card.card_id)
        return answers

    async def take_back_card(self, uow: Unit, commands: Sequence[Own[TakeBackCard]]) -> list[str | Refusal]:
        """Nobody sees it from now on. Answers are volunteer ids. Refusals: ``NotFound`` where none is shown."""
        cards = await uow.repository.public_cards({command.volunteer_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            if cards.pop(command.volunteer_id, None) is None:
                answers.append(NotFound())
                continue
            await uow.repository.drop_public_card(command.volunteer_id)
            uow.audit(Deed(command.by, What.EDITED, "", command.volunteer_id, field="public_card", reason="taken_back"))
            answers.append(command.volunteer_id)
        return answers

    async def make_feed(self, uow: Unit, commands: Sequence[Own[MakeFeed]]) -> list[str | Refusal]:
        """A new address; the one before opens nothing any more. Answers are the feeds' ids. Refusals: ``NotFound``."""
        people = {command.volunteer_id for command in commands}
        volunteers, feeds = await uow.repository.volunteers(people), await uow.repository.calendar_feeds(people)
        answers: list[str | Refusal] = []
        for command in commands:
            volunteer = volunteers.get(command.volunteer_id)
            if volunteer is None or volunteer.left_at is not None:
                answers.append(NotFound())
                continue
            feed = feeds.get(command.volunteer_id)
            if feed is None:
                feed = feeds[command.volunteer_id] = CalendarFeed(
                    volunteer_id=command.volunteer_id, feed_id="", language="", made_at=uow.now
                )
                uow.repository.keep_own(feed)
            feed.feed_id, feed.language, feed.made_at = uow.new_id(), command.wish.language, uow.now
            uow.audit(Deed(command.by, What.KEYED, "", command.volunteer_id, field="calendar", reason="made"))
            answers.append(feed.feed_id)
        return answers

    async def take_back_feed(self, uow: Unit, commands: Sequence[Own[TakeBackFeed]]) -> list[str | Refusal]:
        """The address opens nothing any more. Answers are volunteer ids. Refusals: ``NotFound`` where there is none."""
        feeds = await uow.repository.calendar_feeds({command.volunteer_id for command in commands})
        answers: list[str | Refusal] = []
        for command in commands:
            if feeds.pop(command.volunteer_id, None) is None:
                answers.append(NotFound())
                continue
            await uow.repository.drop_calendar_feed(command.volunteer_id)
            uow.audit(Deed(command.by, What.KEYED, "", command.volunteer_id, field="calendar", reason="taken_back"))
            answers.append(command.volunteer_id)
        return answers
