"""Pages from Jinja templates: everything escaped, nothing undefined, texts in the reader's language.

A service's templates are its own folder; the shared ones are ``web/…`` (``{% extends "web/layout.html" %}``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.web import dates
from shared.web.assets import ICONS, Assets
from shared.web.csrf import FIELD, FormTokens
from shared.web.errors import RETRY_AFTER, Problem
from shared.web.forms import field_id
from shared.web.i18n import Language, current_reader, gettext, msgid, ngettext
from shared.web.own_paths import own_path
from shared.web.qr_codes import qr_code
from shared.web.wording import WORDS

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Link:
    """An entry of the header's navigation; ``text`` is a message id, ``roles`` who sees it (none: everybody).
    ``own``: of use on a device of one's own alone, so a station's does not show it.
    """

    path: str
    text: str
    roles: tuple[Role, ...] = ()
    own: bool = False


@dataclass(frozen=True)
class Site:
    """What the layout says on every page. ``name`` is a message id.

    ``sign_in``: where a stranger is sent from a page that needs a caller (its path as ``back``), if anywhere.
    ``sign_ins``: where instead, by the beginning of the page's path.
    ``footer``: links below every page. ``station``: the phone the large view offers to call, if any.
    ``kiosk_seconds``: after so long without a touch a station's device forgets who was there; 0: no page of this
    service is for one. ``home``: the address of these pages, where one signs in and out elsewhere; ``account``: the
    address of the service where. ``others``: homes of such pages, which a sign-in here may lead back to. ``globals``:
    more names for all templates.
    """

    name: str = msgid("Community orders")
    links: tuple[Link, ...] = ()
    footer: tuple[Link, ...] = ()
    sign_in: str = ""
    sign_ins: Mapping[str, str] = field(default_factory=dict)
    station: str = ""
    kiosk_seconds: int = 0
    home: str = ""
    account: str = ""
    others: tuple[str, ...] = ()
    globals: Mapping[str, Any] = field(default_factory=dict)


class Pages:
    """Renders one service's pages."""

    def __init__(self, templates: Path | None, site: Site, tokens: FormTokens, assets: Assets | None = None) -> None:
        self.assets = assets or Assets()
        self.tokens = tokens
        self._site = site
        self._environment = _environment(templates)
        self._environment.globals |= {
            "site": site,
            "asset": self.assets.address,
            "icon": self.icon,
            "qr_code": qr_code,
            "form_token_field": self._form_token_field,
            "field_id": field_id,
            "reader": current_reader,
            "languages": tuple(Language),
            **WORDS,
            **site.globals,
        }

    def _form_token_field(self) -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, self.tokens.current())

    def icon(self, *names: str) -> Markup:
        """The first of these icons that is drawn; it says nothing to who cannot see it. Raises ``KeyError``."""
        found = next((name for name in names if name in self.assets.icons), None)
        if found is None:
            raise KeyError(f"{names}: no such icon in {ICONS}")
        sheet = self.assets.address(ICONS)
        return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(sheet, found)

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A whole page. A template's undefined name raises, it never renders as nothing."""
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        shown = {"here": here, "path": request.url.path, "links": self._links(request)}
        later = {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else None
        return HTMLResponse(self.fragment(template, request=request, **shown, **context), status, later)

    def way_back(self, address: str) -> str:
        """Where to go after signing in: a page of this service, or of those it signs people in for."""
        home = next((one for one in self._site.others if one and address.startswith(f"{one}/")), "")
        return home + own_path(address.removeprefix(home))

    def _links(self, request: Request) -> list[Link]:
        caller: Caller | None = getattr(request.state, "caller", None)
        shown = [link for link in self._site.links if not link.roles or (caller and caller.role in link.roles)]
        return [link for link in shown if not (link.own and current_reader().kiosk)]

    def fragment(self, template: str, **context: Any) -> Markup:
        """A piece of a page, for a live update or inside another; it needs no request."""
        return Markup(self._environment.get_template(template).render(context))  # noqa: S704 - escaped by Jinja

    def problem(self, request: Request, problem: Problem) -> Response:
        """A problem as a person reads it; whoever is not signed in is sent to where they can."""
        path = request.url.path
        elsewhere = (address for start, address in self._site.sign_ins.items() if path.startswith(start))
        sign_in = next(elsewhere, self._site.sign_in)
        if problem.status == 401 and sign_in and request.method == "GET":
            return redirect(f"{self._site.account}{sign_in}?{urlencode({'back': self._site.home + path})}")
        is_fragment = request.headers.get("hx-request") == "true"
        template = "web/problem_fragment.html" if is_fragment else "web/problem.html"
        response = self.render(request, template, status=problem.status, problem=problem)
        response.headers.update(problem.headers)
        return response


def redirect(path: str) -> RedirectResponse:
    """Go on to another page after a form was accepted (303, so that reloading sends nothing twice)."""
    return RedirectResponse(path, 303)


def _environment(templates: Path | None) -> Environment:
    loaders: list[BaseLoader] = [PrefixLoader({"web": FileSystemLoader(_TEMPLATES)})]
    if templates is not None:
        loaders.insert(0, FileSystemLoader(templates))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    i18n: Any = environment
    i18n.install_gettext_callables(gettext, ngettext, newstyle=True)
    i18n.policies["ext.i18n.trimmed"] = True
    environment.filters |= {
        "day": dates.day,
        "hour": dates.hour,
        "second": dates.second,
        "moment": dates.moment,
        "duration": dates.duration,
        "until": dates.until,
        "hours": dates.hours,
        "date": dates.date_of,
        "opening": dates.opening,
    }
    environment.globals |= {"period": dates.period, "month": dates.month}
    return environment
