"""Skills and the posts (岗位) that need them, and the units (所在单位党组织) that volunteers come from."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.community.text import Code, Text


class Profession(BaseModel):
    """What a volunteer works as, so far as a skill asks for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text


class Skill(BaseModel):
    """What a post needs. ``open``: any member may serve without holding a post. ``needs_vetting``: a claim is
    confirmed before it counts. ``professions`` are those that fit, and a claim asks for one of them; none means any
    does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text
    open: bool = False
    needs_vetting: bool = False
    professions: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _open_to_any_means_unvetted(self) -> Self:
        if self.open and self.needs_vetting:
            raise ValueError("a skill that is open to any member cannot need vetting")
        return self


class Post(BaseModel):
    """A standing role for one skill in one area and all below it; at most ``headcount`` people hold it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    post_id: Code
    skill: Code
    area: Code
    headcount: int = Field(ge=1, le=1000)


class Unit(BaseModel):
    """The branch of a volunteer's employer.

    ``located_in`` is the area where it sits (驻区单位), ``paired_with`` the area it is responsible for
    (包联单位) and may be called up for. ``hidden``: never shown to others (employers of judges and police;
    mission.md, fairness).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit_id: Code
    name: Text
    located_in: Code
    paired_with: Code | None = None
    hidden: bool = False
