"""Operators who sign in at a provider of the county's own: what is said of those who are not let in."""

from __future__ import annotations

from shared.contracts.refusal import Forbidden, Unauthenticated


class ProviderRefused(Unauthenticated):
    """What came back is not the answer to what this browser asked, was used, is too old, or is not the provider's."""

    title = "Signing in at the provider did not work; please try again"


class NotAnOperator(Forbidden):
    """The provider says who it is, and they are no operator here."""

    title = "This account is no operator's here"
