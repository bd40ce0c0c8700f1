"""What somebody records for a resident who cannot or will not: the audit has who vouched for what."""

from __future__ import annotations

from shared.contracts.audit import Deed, What, Who
from shared.contracts.words import Role


def attested(by: str, order_id: str, field: str, reason: str = "", subject: str = "") -> Deed:
    """A coordinator (``by``) vouches for a ``field`` of an order: a call, a verdict, an answer to a closing."""
    return Deed(Who(Role.COORDINATOR.value, by), What.ATTESTED, order_id, subject, field, reason)
