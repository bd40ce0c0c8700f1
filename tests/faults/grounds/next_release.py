"""The next release, made from this source tree: what one release step may change, and nothing else (docs/adr/0024)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from deploy.environment import project_directory
from shared.contracts.flows import SERVICES

PACKAGES = ("deploy", "services", "shared")
TABLES = {"intake": "orders", "matcher": "dispatches", "notifier": "notices"}
_MIGRATION = '''"""a column that the release after this one will fill"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("{table}", sa.Column("next_release", sa.Text(), nullable=True))
    op.create_index("{table}_next_release", "{table}", ["next_release"], unique=False)


def downgrade() -> None:
    op.drop_index("{table}_next_release", "{table}")
    op.drop_column("{table}", "next_release")
'''
_FIELDS = {
    "shared/contracts/intake/ordering.py": (
        "    has_parties: bool = False\n",
        '    next_release: str | None = "said"\n',
    ),
    "shared/contracts/matcher/ground.py": ("    next_step: NextStep\n", '    next_release: str | None = "said"\n'),
}


def make_next_release(folder: Path) -> Path:
    """A tree in ``folder`` with one migration more in each service, a field more in events of both publishers and in a
    request, and another version. Returns the directory its processes start in.
    """
    source = project_directory()
    for package in PACKAGES:
        shutil.copytree(source / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for service in SERVICES:
        _add_migration(folder, service)
        _replace(folder / f"services/{service}/app.py", 'VERSION = "', 'VERSION = "9.')
    for path, (after, added) in _FIELDS.items():
        _replace(folder / path, after, after + added)
    asked = "answer: ClassVar[type[Answer]] = PartiesTold\n\n    order_id: str\n"
    _replace(folder / "shared/contracts/requests.py", asked, asked + '    next_release: str | None = "asked"\n')
    return folder


def _add_migration(folder: Path, service: str) -> None:
    versions = folder / "services" / service / "migrations" / "versions"
    before = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    revision = f"{int(before) + 1:04}"
    text = _MIGRATION.format(revision=revision, before=before, table=TABLES[service])
    (versions / f"{revision}_next_release.py").write_text(text, encoding="utf-8")


def _replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    if len(re.findall(re.escape(before), text)) != 1:
        raise AssertionError(f"{path.name} has not one {before!r}: the next release must be made another way")
    path.write_text(text.replace(before, after), encoding="utf-8")
