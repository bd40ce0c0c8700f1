"""Intake's settings, from the environment (``PAIDAN_INTAKE_…``, else ``PAIDAN_…``)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from shared.web.code_settings import CodeSettings


class IntakeSettings(CodeSettings):
    """What intake can be told.

    ``sweep_seconds``: the longest pause between two looks at what fell due (wall time). ``import_rows``: the most rows
    one imported table may have. ``figures_days``: how far back endings are counted unless somebody says (domain time).
    ``group_commands``: the most commands in one transaction. ``waiting_commands``: the most that may wait before
    callers are told to come back. ``similar_least``: so alike are texts of one matter (0 to 100); orders of the last
    ``similar_days`` are compared, at most ``similar_rows``. ``day_from``, ``day_to``, ``evening_to``: the hours of
    local time that "tomorrow" and "this evening" mean when an order is taken down. ``code_minutes``: how long a one-
    time code is good (wall time); ``code_attempts``: after so many wrong ones it is dead; ``codes_per_phone``,
    ``codes_per_address``, ``codes_in_all``: the most that may be asked for in an hour. ``orders_per_phone``: the most
    orders an hour that one phone places without a coordinator looking at them first (domain time);
    ``orders_per_place``, ``orders_per_grid``, ``orders_alike``: the same for one building or stairwell, for one grid,
    and of nearly the same words, 0 for no limit. ``misses_free``: so often one network address may look for orders that
    are not there before it waits. ``returns_unstarted``: after so many orders that a volunteer saw the contact of and
    gave back unstarted in a day, they see further ones once they have started. ``contacts_volunteer``,
    ``contacts_coordinator``: of how many orders one person is shown the contact in 24 hours (wall time).
    ``hints_days``, ``contact_days``: how long after the closing of an order its words and hints, and its contacts, are
    kept (domain time). ``forget_seconds``: the pause between two looks at what is to be forgotten (wall time).
    ``kiosk_seconds``: after so long without a touch a station's device forgets whoever was there (wall time).
    """

    service: ClassVar[str] = "intake"

    port: int = Field(default=8101, ge=1, le=65535)
    database_url: str = "sqlite+aiosqlite:///.paidan/intake.db"
    sweep_seconds: PositiveFloat = 5.0
    import_rows: PositiveInt = 20_000
    figures_days: PositiveInt = 365
    group_commands: PositiveInt = 256
    waiting_commands: PositiveInt = 20_000
    similar_least: float = Field(default=30.0, ge=0, le=100)
    similar_days: PositiveFloat = 14.0
    similar_rows: PositiveInt = 200
    day_from: int = Field(default=9, ge=0, le=23)
    day_to: int = Field(default=18, ge=0, le=23)
    evening_to: int = Field(default=21, ge=0, le=23)
    orders_per_phone: PositiveInt = 30
    orders_per_place: NonNegativeInt = 20
    orders_per_grid: NonNegativeInt = 200
    orders_alike: NonNegativeInt = 10
    misses_free: PositiveInt = 20
    returns_unstarted: PositiveInt = 3
    contacts_volunteer: PositiveInt = 30
    contacts_coordinator: PositiveInt = 100
    hints_days: PositiveFloat = 7.0
    contact_days: PositiveFloat = 30.0
    forget_seconds: PositiveFloat = 60.0
    kiosk_seconds: PositiveInt = 120
