"""Who may do what at matcher. A volunteer sees their own, a coordinator what lies at or below their area; what is
not yours does not exist.
"""

from __future__ import annotations

import structlog

from shared.community.definition import Community
from shared.contracts.refusal import Forbidden, NotFound
from shared.identity.tokens import Caller

log = structlog.get_logger()


class Access:
    """Matcher's rules of access, after the door has checked the role."""

    def __init__(self, rules: Community) -> None:
        self._rules = rules

    def area_of(self, caller: Caller) -> str:
        """A coordinator's area. Raises ``Forbidden`` when the token names none that exists."""
        if caller.area is None or caller.area not in self._rules.areas:
            raise _denied(caller)
        return caller.area

    def desk_area(self, caller: Caller, asked: str | None) -> str:
        """The area whose desks a coordinator wants to see, their own unless ``asked``.

        Raises ``NotFound`` for one that is not at or below theirs, ``Forbidden`` as ``area_of``.
        """
        own = self.area_of(caller)
        if asked is None:
            return own
        if not self._rules.areas.at_or_below(asked, own):
            raise NotFound
        return asked

    def importer(self, caller: Caller) -> str:
        """The coordinator of the whole community, who may import a roster. Raises ``Forbidden``."""
        if self.area_of(caller) != self._rules.areas.root.code:
            raise _denied(caller)
        return caller.subject


def _denied(caller: Caller) -> Forbidden:
    log.warning("access.denied", role=caller.role.value, subject=caller.subject)
    return Forbidden()
