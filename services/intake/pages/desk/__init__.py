"""Coordinators' pages at intake: ``/desk/orders/{reference}``, in sections that each know their own part."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.access import Doors
from services.intake.pages.desk.arranging import arranging_pages, arranging_section
from services.intake.pages.desk.concerned import concerned_pages, concerned_section
from services.intake.pages.desk.contact import contact_routes, contact_section
from services.intake.pages.desk.danger import danger_section
from services.intake.pages.desk.ending import ending_pages, ending_section
from services.intake.pages.desk.looking_first import looking_pages, looking_section
from services.intake.pages.desk.page import DeskPage
from services.intake.pages.desk.standing import standing_sections
from shared.community.definition import Community
from shared.web.templating import Pages


def desk_pages(doors: Doors, rules: Community, pages: Pages) -> APIRouter:
    """Every page about one order. A further section is added to the list, its routes below."""
    page = DeskPage(
        doors,
        pages,
        [
            danger_section(doors),
            looking_section(),
            *standing_sections(rules),
            contact_section(),
            concerned_section(doors, rules),
            arranging_section(doors),
            ending_section(doors),
        ],
    )
    router = APIRouter()
    router.include_router(page.routes())
    router.include_router(contact_routes(page))
    router.include_router(concerned_pages(page))
    router.include_router(arranging_pages(page))
    router.include_router(ending_pages(page))
    router.include_router(looking_pages(page))
    return router
