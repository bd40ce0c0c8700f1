"""Who holds posts."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.matcher.ground import PostEvent


class PostClaimed(PostEvent):
    """A volunteer holds a post from now on; a claim that waits for vetting is published once it is vetted."""

    name: ClassVar[str] = "post_claimed"


class PostReleased(PostEvent):
    """A volunteer no longer holds a post; nobody asks why."""

    name: ClassVar[str] = "post_released"
