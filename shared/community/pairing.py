"""What a community decides about pairing: what counts how much, and how often people are asked."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Weights(BaseModel):
    """What a pair of an order and a volunteer costs; the pairs of a batch are chosen so that the sum is least.

    ``near``: each step of distance by the tree. ``load``: each assignment held or asked for, the first two hours
    served and every doubling of them. ``rest``: having been asked a moment ago; it fades with the days. ``continuity``:
    taken off for a volunteer who served this resident to their content. ``urgent``: what leaving an urgent order
    waiting costs more than leaving another. ``waiting``: what each full share of the dispatch clock that has passed
    adds to that. ``patience``: what waiting through all the time that is left costs; an order that is not
    urgent waits for a person who can be reached later where that is cheaper than asking whoever can be reached now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    near: float = Field(default=1.0, ge=0)
    load: float = Field(default=1.0, ge=0)
    rest: float = Field(default=2.0, ge=0)
    continuity: float = Field(default=2.0, ge=0)
    urgent: float = Field(default=20.0, ge=0)
    waiting: float = Field(default=10.0, ge=0)
    patience: float = Field(default=4.0, ge=0)


class PairingRules(BaseModel):
    """The pairing of one community.

    ``candidates``: so many people are weighed for each order. ``target``: how likely a yes is to be by the due time
    while there are people enough; ``least_target``: what it falls to when there are not. ``acceptance``: how likely
    anybody says yes before their own answers are known, which count like ``prior_answers`` answers of that kind.
    ``daily_offers``: so often a volunteer is asked in a day unless they say otherwise. ``look_minutes``: the longest
    pause between two looks for people who may be asked now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(default=32, ge=1, le=512)
    target: float = Field(default=0.9, gt=0, lt=1)
    least_target: float = Field(default=0.5, gt=0, lt=1)
    acceptance: float = Field(default=0.3, gt=0, lt=1)
    prior_answers: float = Field(default=6.0, gt=0)
    daily_offers: int = Field(default=3, ge=1, le=50)
    look_minutes: int = Field(default=10, ge=1)
    weights: Weights = Weights()
