"""Callers as the audit names them."""

from __future__ import annotations

from shared.contracts.audit import STRANGER, Who
from shared.identity.tokens import Caller


def who_of(caller: Caller | None) -> Who:
    """Who a request comes from: role, opaque id and area; a stranger where nobody is known."""
    return STRANGER if caller is None else Who(caller.role.value, caller.subject, caller.area or "")
