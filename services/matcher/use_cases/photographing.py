"""Photos of what was served: kept one by one as they arrive, named by a report, or let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.matcher.models import Photo
from services.matcher.policies.acceptance import AssignmentState, check_active
from services.matcher.policies.photos import PhotoLimits, check_room
from services.matcher.repository import Unit
from shared.contracts.refusal import NotFound, Refusal
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class KeepPhoto:
    """A volunteer has sent a photo of their assignment. ``upload_hash``: of what was sent;
    ``picture``: the JPEG that is kept of it."""

    assignment_id: str
    volunteer_id: str
    upload_hash: str
    picture: bytes = field(repr=False)


class Photographing:
    """Keeps photos sealed under the order's id."""

    def __init__(self, vault: Vault, limits: PhotoLimits) -> None:
        self._vault = vault
        self.limits = limits

    async def keep_photos(self, uow: Unit, commands: Sequence[KeepPhoto]) -> list[str | Refusal]:
        """Each photo's id; the same photo sent again has the id it has. Refusals: ``NotFound``, ``AssignmentEnded``,
        ``TooManyPhotos``."""
        assignment_ids = {command.assignment_id for command in commands}
        wholes = await uow.repository.by_assignment(assignment_ids)
        kept = await uow.repository.photos_of(assignment_ids)
        answers: list[str | Refusal] = []
        for command in commands:
            mine = kept[command.assignment_id]
            upload_print = self._vault.fingerprint(command.upload_hash)
            known = next((one for one in mine if one.upload_print == upload_print), None)
            try:
                whole = wholes.get(command.assignment_id)
                if whole is None or whole.assignment(command.assignment_id).volunteer_id != command.volunteer_id:
                    raise NotFound
                if known is not None:
                    answers.append(known.photo_id)
                    continue
                check_active(AssignmentState(whole.assignment(command.assignment_id).state))
                check_room(len(mine), self.limits.most)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            photo = self._kept(uow, whole.dispatch.order_id, upload_print, command)
            mine.append(photo)
            answers.append(photo.photo_id)
        return answers

    async def drop_unfinished(self, uow: Unit, photo_ids: Sequence[str]) -> list[None]:
        """No report has named these in time."""
        await uow.repository.drop_unreported(photo_ids, uow.now - self.limits.unfinished)
        return [None] * len(photo_ids)

    def _kept(self, uow: Unit, order_id: str, upload_print: str, command: KeepPhoto) -> Photo:
        photo = Photo(
            photo_id=uow.new_id(),
            order_id=order_id,
            assignment_id=command.assignment_id,
            upload_print=upload_print,
            picture=self._vault.seal_bytes(order_id, command.picture),
            kept_at=uow.now,
        )
        uow.repository.keep_photo(photo)
        return photo
