"""What the offices of coordinators are called."""

from __future__ import annotations

from collections.abc import Callable

from shared.community.definition import Community
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.web.i18n import current_reader


def naming(rules: Community) -> Callable[[Caller], str]:
    """Says the area and the title of a coordinator's office in the reader's language, nothing of anybody else."""

    def told(caller: Caller) -> str:
        office = rules.ladder.by_id.get(caller.subject) if caller.role is Role.COORDINATOR else None
        if office is None:
            return ""
        language = current_reader().language
        codes = dict.fromkeys(code for code in (rules.areas.community_of(office.area), office.area) if code)
        places = [rules.areas[code].name.told_in(language) for code in codes]
        return f"{' '.join(places)} · {office.title.told_in(language)}"

    return told
