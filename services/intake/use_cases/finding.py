"""One-time codes of residents who lost an order's number: the installation's, as the doors of finding name them."""

from __future__ import annotations

from shared.identity.asking_codes import AskCode, AskingCodes, EnterCode, MakeCode

__all__ = ["AskCode", "EnterCode", "Finding", "MakeCode"]

Finding = AskingCodes
