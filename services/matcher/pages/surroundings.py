"""What surrounds matcher's pages in one community: its station's phone, and the codes that people say at doors."""

from __future__ import annotations

from dataclasses import replace

from services.matcher.settings import MatcherSettings
from shared.community.definition import Community
from shared.identity.keys import read_key
from shared.identity.visit_codes import VisitCodes
from shared.web.templating import Site


def site_in(rules: Community, settings: MatcherSettings, site: Site) -> Site:
    """The site as this community has it."""
    codes = VisitCodes(read_key(settings.keys, "tokens"))
    return replace(site, station=rules.station_phone, globals={**site.globals, "visit_code": codes.of})
