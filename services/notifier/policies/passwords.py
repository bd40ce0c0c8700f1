"""Passwords that are tried: how many cost nothing, and what is said of the others."""

from __future__ import annotations

import math
from datetime import timedelta

from shared.contracts.refusal import TooMany, Unauthenticated

FREE_OF_ADDRESS = 4
"""Times as many tries cost nothing for one network address as for one name: several people may sit behind it."""


class PasswordNotAccepted(Unauthenticated):
    """An unknown name, or another password; never says which."""

    title = "This name or password is not accepted"


class TooManyTries(TooMany):
    """For this name or from this address too many passwords were tried."""

    title = "Too many passwords were tried; please wait"

    def __init__(self, wait: timedelta) -> None:
        """``wait`` until the next try."""
        super().__init__()
        self.retry_after = max(1, math.ceil(wait.total_seconds()))
