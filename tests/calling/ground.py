"""A stack with something in it, and who calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.attached import Attached, load_definition
from deploy.demo.doors import Doors
from shared.contracts.flows import SERVICES
from shared.contracts.words import Role
from tests.flows.people import GRID, asked, coordinator, place, serve

NOBODY = "nobody"


@dataclass(frozen=True)
class CallerOf:
    """Who calls a service. ``token`` is empty for a stranger."""

    service: str
    name: str
    token: str

    @property
    def stranger(self) -> bool:
        """Whether nobody is signed in."""
        return not self.token


@dataclass(frozen=True)
class Ground:
    """Who calls, and what of the paths exists, by the name of the path's parameter; the others are found by the
    tool in the answers it gets.
    """

    callers: tuple[CallerOf, ...]
    known: Mapping[str, str]


async def prepare(stack: Attached) -> Ground:
    """Orders in several states: asked for, accepted, served; and a token for everybody concerned."""
    community = load_definition(stack.stack.definition)
    async with Doors(stack) as doors:
        served = await place(doors, "neighbour_dispute")
        _, token, offer_id = await asked(doors, served["order_id"])
        await serve(doors, token, offer_id)
        taken = await place(doors, "moving", urgency="urgent")
        volunteer, token, offer_id = await asked(doors, taken["order_id"])
        await doors.ask("POST", "matcher", f"/api/offers/{offer_id}/accept", token, {})
        open_order = await place(doors, "neighbour_dispute")
        await asked(doors, open_order["order_id"])
        tokens = {
            NOBODY: "",
            "resident": str(open_order["tracking_token"]),
            "volunteer": doors.as_caller(Role.VOLUNTEER, volunteer),
            "coordinator of a grid": coordinator(stack, doors, GRID),
            "coordinator of the county": coordinator(stack, doors, community.areas.root.code),
            "department": doors.as_caller(Role.DEPARTMENT, community.departments[0].code),
            "ops": doors.as_caller(Role.OPS, "ops"),
        }
    callers = tuple(CallerOf(service, name, token) for name, token in tokens.items() for service in SERVICES)
    return Ground(callers, {"reference": str(open_order["reference"])})
