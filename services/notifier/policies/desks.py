"""Addresses of offices, as the operator writes them down: whose desk, over which channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notifier.commands import APPRISE, OPS_ON_DUTY, Recipient
from shared.contracts.words import Role

_ROLES = {"coordinator": Role.COORDINATOR, "department": Role.DEPARTMENT}


def read_desks(told: Mapping[str, Any]) -> dict[Recipient, dict[str, str]]:
    """Read ``{coordinator: {area: {channel: address}}, department: {code: …}, ops: {channel: address}}``.

    Raises ``ValueError`` that names the place of what is wrong.
    """
    unknown = set(told) - {*_ROLES, "ops"}
    if unknown:
        raise ValueError(f"there are no desks of {sorted(unknown)[0]!r}; there are coordinator, department and ops")
    found: dict[Recipient, dict[str, str]] = {}
    for name, role in _ROLES.items():
        for who, addresses in _table(told.get(name, {}), name).items():
            found[Recipient(role, who)] = _addresses(addresses, f"{name}.{who}")
    if "ops" in told:
        found[OPS_ON_DUTY] = _addresses(told["ops"], "ops")
    return found


def _addresses(told: Any, place: str) -> dict[str, str]:
    addresses = _table(told, place)
    for channel, address in addresses.items():
        if channel not in APPRISE or not isinstance(address, str) or not address:
            raise ValueError(f"{place}.{channel} is no address of {', '.join(APPRISE)}")
    return dict(addresses)


def _table(told: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise ValueError(f"{place} is no table")  # noqa: TRY004 - it is the file that is wrong
    return told
