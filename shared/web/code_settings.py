"""What a service that sends one-time codes is told of them."""

from __future__ import annotations

from datetime import timedelta

from pydantic import PositiveInt

from shared.identity.codes import CodeLimits
from shared.web.settings import ServiceSettings


class CodeSettings(ServiceSettings):
    """``code_minutes``: how long a one-time code is good (wall time); ``code_attempts``: after so many wrong ones it is
    dead; ``codes_per_phone``, ``codes_per_address``, ``codes_in_all``: the most that may be asked for in an hour.
    """

    code_minutes: PositiveInt = 10
    code_attempts: PositiveInt = 5
    codes_per_phone: PositiveInt = 5
    codes_per_address: PositiveInt = 60
    codes_in_all: PositiveInt = 1000

    @property
    def code_limits(self) -> CodeLimits:
        """How one-time codes are bounded."""
        return CodeLimits(
            timedelta(minutes=self.code_minutes),
            self.code_attempts,
            self.codes_per_phone,
            self.codes_per_address,
            self.codes_in_all,
        )
