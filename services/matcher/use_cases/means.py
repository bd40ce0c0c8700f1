"""What every use case of the pairing works with."""

from __future__ import annotations

from dataclasses import dataclass

from services.matcher.policies.policy import Policy
from services.matcher.use_cases.needs import Needs
from services.matcher.use_cases.searching import Searching
from services.matcher.use_cases.steps import Steps
from shared.community.definition import Community


@dataclass(frozen=True)
class Means:
    """The rules of one community, the policy people are asked by, and the parts that apply both."""

    rules: Community
    policy: Policy
    needs: Needs
    searching: Searching
    steps: Steps
