"""One roster against what the database has: phones of others, and places of posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matcher.models import Volunteer
from shared.community.definition import Community
from shared.community.roster import RosterFault, RosterInvalid, RosterRow
from shared.community.roster_faults import RosterRule

HEADER_ROWS = 1


@dataclass(frozen=True)
class Enrolment:
    """Rows of a file, and what is known of the same people.

    ``prints``: fingerprint of each row's phone, ``phones``: who has which in the database. ``claims`` says of the posts
    they claim whether vetted, ``taken`` how many places each post has given away.
    """

    rows: Sequence[RosterRow]
    numbers: Mapping[str, int]
    prints: Mapping[str, str]
    phones: Mapping[str, str]
    known: Mapping[str, Volunteer]
    claims: Mapping[str, Mapping[str, bool]]
    taken: Mapping[str, int]

    @property
    def moving(self) -> list[str]:
        """Whose phone number changes."""
        return [
            one.volunteer_id for one in self.known.values() if one.phone_fingerprint != self.prints[one.volunteer_id]
        ]

    @property
    def numbered(self) -> list[tuple[int, RosterRow]]:
        """Each row with its number in the file."""
        return [
            (self.numbers.get(row.volunteer_id, number), row)
            for number, row in enumerate(self.rows, start=1 + HEADER_ROWS)
        ]


def check_all(enrolment: Enrolment, rules: Community) -> RosterInvalid | None:
    """Everything that the database has against it, row by row."""
    faults = [*_phones(enrolment), *_places(enrolment, rules)]
    return RosterInvalid(faults) if faults else None


def _phones(enrolment: Enrolment) -> list[RosterFault]:
    """Phones that somebody outside of this roster has."""
    return [
        RosterFault(number, "phone", RosterRule.GIVEN_TWICE)
        for number, row in enrolment.numbered
        if enrolment.phones.get(enrolment.prints[row.volunteer_id], row.volunteer_id) not in enrolment.prints
    ]


def _places(enrolment: Enrolment, rules: Community) -> list[RosterFault]:
    """Posts that would have more claims than places."""
    left = {post.post_id: post.headcount - enrolment.taken.get(post.post_id, 0) for post in rules.posts}
    faults = []
    for number, row in enrolment.numbered:
        new = [post_id for post_id in row.posts if post_id not in enrolment.claims.get(row.volunteer_id, {})]
        for post_id in new:
            left[post_id] -= 1
        if any(left[post_id] < 0 for post_id in new):
            faults.append(RosterFault(number, "posts", RosterRule.POST_FULL))
    return faults
