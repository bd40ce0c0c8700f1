"""What clients read under docs/ is what the services serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.published import ROOT, documents


async def test_the_committed_documents_are_those_the_services_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change at the outside shows in the commit that makes it; ``make contracts`` writes the documents."""
    monkeypatch.chdir(ROOT)
    made = await documents(tmp_path)
    stale = [
        str(page.relative_to(ROOT))
        for page, text in made.items()
        if not page.exists() or page.read_text(encoding="utf-8") != text
    ]
    assert stale == []
