"""The documents of the outside: OpenAPI and AsyncAPI as each service serves them, who may what, an order's life.

``python -m tests.contracts.published`` (``make contracts``) writes them to docs/; a test compares them.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import sys
import tempfile
from pathlib import Path

import httpx2
from fastapi import FastAPI

from services.notifier.app.console import make_console
from services.notifier.settings import ConsoleSettings
from shared.contracts.services import CONSOLE, SERVICES
from shared.identity.keys import create_keys
from shared.web.settings import ServiceSettings
from tests.contracts import access
from tests.contracts.access import access_page
from tests.contracts.lifecycle import lifecycle_page, page_path

ROOT = Path(__file__).parents[2]
KINDS = ("openapi", "asyncapi")


def page_of(service: str, kind: str) -> Path:
    """Where a document is committed."""
    return ROOT / "docs" / kind / f"{service}.json"


async def documents(directory: Path) -> dict[Path, str]:
    """Every document by the place where it is committed. Keys and databases come to lie in ``directory``."""
    made = applications(directory)
    served = {
        page_of(service, kind): await _document(application, kind)
        for service, application in made.items()
        for kind in KINDS
    }
    console = {CONSOLE: make_console(ConsoleSettings(keys=directory, database_url=_database(directory, "notifier")))}
    return served | {page_path(ROOT): lifecycle_page(), access.page_path(ROOT): access_page(made | console)}


def applications(directory: Path) -> dict[str, FastAPI]:
    """The application of each service, not started. Keys and databases come to lie in ``directory``."""
    create_keys(directory)
    return {service: _application(service, directory) for service in SERVICES}


async def _document(application: FastAPI, kind: str) -> str:
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get(f"/{kind}.json")
    answer.raise_for_status()
    return json.dumps(answer.json(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _application(service: str, directory: Path) -> FastAPI:
    module = importlib.import_module(f"services.{service}.settings")
    settings = next(
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, ServiceSettings) and getattr(member, "service", "") == service
    )
    application: FastAPI = importlib.import_module(f"services.{service}.app").make_app(
        settings(keys=directory, database_url=_database(directory, service))
    )
    return application


def _database(directory: Path, service: str) -> str:
    return f"sqlite+aiosqlite:///{directory / f'{service}.db'}"


def main() -> int:
    """Write every document to its place."""
    with tempfile.TemporaryDirectory() as directory:
        for page, text in asyncio.run(documents(Path(directory))).items():
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
