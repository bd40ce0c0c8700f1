"""What ops do about dead letters: each act is kept beside the letter, with who, when and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifier.commands import DiscardLetter, NoteReplay
from services.notifier.models import BuriedLetter
from services.notifier.policies.letters import Act, LetterHeard
from services.notifier.repository import Unit
from services.notifier.use_cases.burying import DEAD_LETTERS
from shared.contracts.audit import Deed, Verdict, What, Who
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.requests import HeardAs
from shared.contracts.words import Role


async def note_replays(uow: Unit, commands: Sequence[NoteReplay]) -> list[str | Refusal]:
    """Note what came of replaying letters; one that was heard is settled. Answers are their states.

    Refusals: ``NotFound`` for a letter that is not there.
    """
    letters = await _letters(uow, commands)
    answers: list[str | Refusal] = []
    for command in commands:
        if (letter := letters.get(command.dead_letter_id)) is None:
            answers.append(NotFound())
            continue
        if command.result in (HeardAs.HEARD, HeardAs.KNOWN):
            letter.replay(command.by, command.wall)
        _note(uow, Act.REPLAY, command, command.result, command.reason)
        uow.audit(Deed(_ops(command), What.REPLAYED, subject=command.dead_letter_id, reason=command.result))
        answers.append(letter.state)
    return answers


async def discard_letters(uow: Unit, commands: Sequence[DiscardLetter]) -> list[str | Refusal]:
    """Discard letters; discarding one again changes nothing. Answers are their states.

    Refusals: ``NotFound`` for a letter that is not there, ``LetterHeard`` for one that took effect.
    """
    letters = await _letters(uow, commands)
    answers: list[str | Refusal] = []
    for command in commands:
        if (letter := letters.get(command.dead_letter_id)) is None:
            answers.append(NotFound())
            continue
        discarded = letter.discard(command.reason, command.by, command.wall)
        _note(uow, Act.DISCARD, command, letter.state, command.reason)
        verdict = Verdict.ALLOWED if discarded else Verdict.REFUSED
        uow.audit(Deed(_ops(command), What.DISCARDED, subject=command.dead_letter_id, verdict=verdict))
        answers.append(letter.state if discarded else LetterHeard())
    return answers


async def _letters(uow: Unit, commands: Sequence[NoteReplay | DiscardLetter]) -> dict[str, BuriedLetter]:
    return await uow.repository.dead_letters({command.dead_letter_id for command in commands})


def _ops(command: NoteReplay | DiscardLetter) -> Who:
    return Who(Role.OPS.value, command.by)


def _note(uow: Unit, act: Act, command: NoteReplay | DiscardLetter, result: str, reason: str) -> None:
    uow.repository.note_act(command.dead_letter_id, act.value, command.by, command.wall, result, reason)
    uow.announce(DEAD_LETTERS)
