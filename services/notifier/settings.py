"""Notifier's settings, from the environment (``PAIDAN_NOTIFIER_…``, else ``PAIDAN_…``)."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr, field_validator, model_validator

from shared.identity.providers import check_issuer, read_operators
from shared.web.settings import ServiceSettings


class NotifierSettings(ServiceSettings):
    """What notifier can be told.

    ``channels``: over which a notice leaves, besides the letterbox, separated by commas: the next one takes over where
    one was given up. ``notice_file``: the demonstration's messages, JSON lines. ``delivery_seconds``: the longest pause
    between two looks at what is to be delivered (wall time). ``delivery_attempts``: after so many a channel is given up
    for a notice. ``retry_seconds``: the pause after the first failed attempt; it doubles up to
    ``longest_retry_seconds``, each longer by up to the share ``retry_jitter`` of it. ``channel_failures``: after so
    many in a row a channel is left alone for ``channel_rest_seconds``, twice as long each time, at most
    ``channel_longest_rest_seconds`` (wall time). ``channel_patience_minutes``: so long a notice waits for a channel
    that is down until the next one takes over; ``give_up_hours``: so long where there is none (domain time).
    ``connect_seconds``, ``answer_within_seconds``: how long the other side of a channel may take (wall time);
    ``messages_at_once``: so many leave beside each other. ``desks``: a TOML file with the addresses of offices
    (docs/notices.md). ``sms_gateway``: ``http`` or ``tencent``; ``sms_url``: of a platform, or of the provider;
    ``sms_token``: for it, of a provider the secret key; ``sms_account``, ``sms_application``, ``sms_signature``,
    ``sms_template``: what an account at a provider consists of. ``mail_url``, ``wecom_url``, ``dingtalk_url``,
    ``feishu_url``, ``serverchan_url``, ``bark_url``: Apprise URLs with ``{to}`` for the address. ``push_contact``: a
    mail address for the browsers' push services; ``push_hosts``: which of those may be called. ``quiet_from``,
    ``quiet_until``: quiet hours of who chose none. ``digest_at``: when digests leave. ``gather_seconds``: what is not
    pressing waits so long for company. ``messages_a_day``: to one person, before the rest comes with the digest.
    ``looking_minutes``, ``looking_urgent_minutes``: after so long without anybody the resident hears that one is still
    looked for; ``kept_seconds``: until a volunteer hears of a new time that they keep. ``desk_at``: when a coordinator
    gets a summary on workdays, ``thanks_at``: when volunteers are thanked on Sundays (all domain time).
    ``forget_hours``: how often those are looked for who gave addresses and are gone (wall time). ``group_commands``:
    the most commands in one transaction. ``waiting_commands``: the most that may wait before callers are told to come
    back. ``replay_letters``: the most dead letters one request has heard again. ``board_least``: smaller figures are
    not shown on the public board, nor what would give them away. ``board_seconds``: how old its figures may be (wall
    time). ``alert_hours``: nobody is sent more than one notice of alerts in so many hours (wall time).
    ``password_tries``: so many passwords may be tried for one operator before each further one has to wait.
    ``oidc_issuer``: the OpenID provider where operators may sign in as well, off while empty; ``oidc_client_id`` and
    ``oidc_client_secret``: what we are there; ``oidc_claim``: which claim names an account; ``oidc_operators``: whom it
    lets in, as ``id=account, id=account``; ``oidc_seconds``: how long it may take to answer. ``unoffered_minutes``: an
    order that nobody was asked for after so long is shown to ops (domain time). ``searched_events``: in so many events
    one page looks for words. ``figures_seconds``: figures of days that are over are counted again after so long (wall
    time).
    """

    service: ClassVar[str] = "notifier"

    port: int = Field(default=8103, ge=1, le=65535)
    database_url: str = "sqlite+aiosqlite:///.paidan/notifier.db"
    channels: str = "file"
    notice_file: Path = Path(".paidan/notices.jsonl")
    delivery_seconds: PositiveFloat = 5.0
    delivery_attempts: PositiveInt = 40
    retry_seconds: PositiveFloat = 1.0
    longest_retry_seconds: PositiveFloat = 3600.0
    retry_jitter: float = Field(default=0.2, ge=0, le=1)
    channel_failures: PositiveInt = 5
    channel_rest_seconds: PositiveFloat = 30.0
    channel_longest_rest_seconds: PositiveFloat = 600.0
    channel_patience_minutes: PositiveFloat = 30.0
    give_up_hours: PositiveFloat = 72.0
    connect_seconds: PositiveFloat = 3.0
    answer_within_seconds: PositiveFloat = 10.0
    messages_at_once: PositiveInt = 8
    desks: Path | None = None
    sms_gateway: Literal["http", "tencent"] = "http"
    sms_url: str = ""
    sms_token: SecretStr = SecretStr("")
    sms_account: str = ""
    sms_application: str = ""
    sms_signature: str = ""
    sms_template: str = ""
    mail_url: SecretStr = SecretStr("")
    wecom_url: str = "wecombot://{to}/"
    dingtalk_url: str = "dingtalk://{to}/"
    feishu_url: str = "feishu://{to}/"
    serverchan_url: str = "schan://{to}/"
    bark_url: str = "barks://api.day.app/{to}/"
    push_contact: str = ""
    push_hosts: str = "fcm.googleapis.com,push.services.mozilla.com,push.apple.com,notify.windows.com"
    quiet_from: time = time(22, 0)
    quiet_until: time = time(7, 0)
    digest_at: time = time(18, 0)
    gather_seconds: NonNegativeFloat = 60.0
    messages_a_day: PositiveInt = 8
    looking_minutes: PositiveFloat = 60.0
    looking_urgent_minutes: PositiveFloat = 15.0
    kept_seconds: PositiveFloat = 60.0
    desk_at: time = time(8, 30)
    thanks_at: time = time(19, 0)
    forget_hours: PositiveFloat = 24.0
    unoffered_minutes: PositiveFloat = 15.0
    searched_events: PositiveInt = 50_000
    figures_seconds: NonNegativeFloat = 60.0
    group_commands: PositiveInt = 256
    waiting_commands: PositiveInt = 20_000
    replay_letters: PositiveInt = 100
    board_least: PositiveInt = 5
    board_seconds: NonNegativeFloat = 60.0
    alert_hours: PositiveFloat = 1.0
    password_tries: PositiveInt = 5
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_claim: str = "sub"
    oidc_operators: str = ""
    oidc_seconds: PositiveFloat = 5.0

    @field_validator("desks", mode="before")
    @classmethod
    def _may_have_no_desks(cls, told: object) -> object:
        return told or None

    @model_validator(mode="after")
    def _has_all_of_a_provider(self) -> Self:
        operators = read_operators(self.oidc_operators)
        if self.oidc_issuer:
            check_issuer(self.oidc_issuer)
            if not (self.oidc_client_id and self.oidc_claim and operators):
                raise ValueError("a provider needs its client id, its claim, and operators")
        return self


class ConsoleSettings(ServiceSettings):
    """What the console can be told (``PAIDAN_CONSOLE_…``, else ``PAIDAN_…``): notifier's database, and of the broker a
    user who may only look.

    ``notifier_url``: where its doors are asked, if elsewhere than people reach it. ``channels``,
    ``unoffered_minutes``, ``searched_events``, ``figures_seconds``: as notifier's. ``tail_seconds``: between two looks
    for new events; ``standing_seconds``: between two pictures of how everything stands; ``ready_seconds``: how long a
    service may take to say whether it is ready; ``ask_seconds``: and notifier to do something (all wall time).
    """

    service: ClassVar[str] = "console"

    port: int = Field(default=8105, ge=1, le=65535)
    database_url: str = "sqlite+aiosqlite:///.paidan/notifier.db"
    notifier_url: str = ""
    channels: str = "file"
    unoffered_minutes: PositiveFloat = 15.0
    searched_events: PositiveInt = 50_000
    figures_seconds: NonNegativeFloat = 60.0
    tail_seconds: PositiveFloat = 0.25
    standing_seconds: PositiveFloat = 5.0
    ready_seconds: PositiveFloat = 2.0
    ask_seconds: PositiveFloat = 30.0
