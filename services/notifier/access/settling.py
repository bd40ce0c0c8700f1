"""What ops do about dead letters, for JSON doors and pages alike: have them heard again, or discard them.

The service that could not hear a letter is asked to. Nothing is published for it: the stream would tell everybody
again, and notifier may not speak on others' subjects.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from services.notifier.commands import DiscardLetter, NoteReplay
from services.notifier.models import BuriedLetter
from services.notifier.policies.letters import AWAY, LetterStillDead, NobodyHears, check_reason
from services.notifier.queries.dead_letters import DeadLetterQueries, LetterFilter
from services.notifier.queries.views import DeadLetterView, ReplayedView
from services.notifier.repository import Repository
from services.notifier.use_cases.settling import discard_letters, note_replays
from shared.contracts.flows import KEEPS_DEAD_LETTERS
from shared.contracts.refusal import Unavailable
from shared.contracts.requests import HEAR_AGAIN, HearAgain, HeardAgain, HeardAs
from shared.persistence.group_commit import GroupCommit
from shared.web.paging import cursor_of

Hears = Callable[[HearAgain], Awaitable[HeardAgain]]
"""Asks the service a request is to, and waits for its answer. Raises ``Unavailable``."""


class Settling:
    """Replays and discards. ``own`` hears notifier's own; ``most``: letters in one list."""

    def __init__(
        self, letters: DeadLetterQueries, writer: GroupCommit[Repository], own: Hears, ask: Hears, most: int
    ) -> None:
        self._letters = letters
        self._writer = writer
        self._own = own
        self._ask = ask
        self._most = most

    async def replay(self, dead_letter_id: str, by: str) -> DeadLetterView:
        """Have one letter heard, whatever its state: what took effect before has none again.

        Raises ``NotFound``, ``NobodyHears``, ``LetterStillDead``, and ``Unavailable`` when the service is away.
        """
        told = await self._replay(await self._letters.letter(dead_letter_id), by)
        if told.result not in (HeardAs.HEARD, HeardAs.KNOWN):
            raise LetterStillDead(members={"result": told.result.value, "reason": told.reason})
        return await self._letters.one(dead_letter_id)

    async def replay_all(self, only: LetterFilter, cursor: str | None, by: str) -> ReplayedView:
        """Have the next letters heard that wait, in the order they were buried; ``next`` leads on after them.

        What is too early is asked for again after the others, as long as one of them was heard: letters of one order
        may build on each other. When a service is away the list ends where it was, or ``Unavailable`` is raised when
        that was at the first.
        """
        found = await self._letters.waiting(only, cursor, self._most)
        results, last = await self._through(found, by)
        early = [letter for letter in found if results.get(letter.dead_letter_id) is HeardAs.TOO_EARLY]
        while early and HeardAs.HEARD in results.values():
            again, _ = await self._through(early, by)
            results |= again
            if HeardAs.HEARD not in again.values():
                break
            early = [letter for letter in early if results[letter.dead_letter_id] is HeardAs.TOO_EARLY]
        counted = Counter(results.values())
        more = last is not None and (len(found) == self._most or last != found[-1].position)
        return ReplayedView(
            **{result.value: counted[result] for result in HeardAs}, next=cursor_of((last,)) if more else None
        )

    async def discard(self, dead_letter_id: str, reason: str, by: str) -> DeadLetterView:
        """Discard one letter; again changes nothing. Raises ``NotFound``, ``LetterHeard`` and ``NumberInReason``."""
        check_reason(reason)
        command = DiscardLetter(dead_letter_id, by, datetime.now(UTC), reason)
        await self._writer.do(discard_letters, command)
        return await self._letters.one(dead_letter_id)

    async def _through(self, letters: Sequence[BuriedLetter], by: str) -> tuple[dict[str, HeardAs], int | None]:
        """What came of each, and the position of the last one that was asked for."""
        results: dict[str, HeardAs] = {}
        last = None
        for letter in letters:
            try:
                results[letter.dead_letter_id] = (await self._replay(letter, by)).result
            except NobodyHears:
                results[letter.dead_letter_id] = HeardAs.REFUSED
            except Unavailable:
                if not results:
                    raise
                break
            last = letter.position
        return results, last

    async def _replay(self, letter: BuriedLetter, by: str) -> HeardAgain:
        try:
            told = await self._hear(letter)
        except Unavailable:
            await self._note(letter, by, AWAY, "")
            raise
        await self._note(letter, by, told.result.value, told.reason)
        return told

    async def _hear(self, letter: BuriedLetter) -> HeardAgain:
        asked = {
            "durable": letter.durable,
            "published_under": letter.subject,
            "headers": json.loads(letter.headers),
            "body": letter.body,
        }
        if letter.service == KEEPS_DEAD_LETTERS:
            return await self._own(HearAgain(**asked))
        if (request := HEAR_AGAIN.get(letter.service)) is None:
            raise NobodyHears
        return await self._ask(request(**asked))

    async def _note(self, letter: BuriedLetter, by: str, result: str, reason: str) -> None:
        note = NoteReplay(letter.dead_letter_id, by, datetime.now(UTC), result, reason)
        await self._writer.do(note_replays, note)
