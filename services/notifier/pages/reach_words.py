"""Channels and kinds of messages, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notifier.commands import Group
from shared.web.i18n import gettext, msgid

CHANNELS: Mapping[str, str] = {
    "sms": msgid("Text message"),
    "mail": msgid("Mail"),
    "push": msgid("This browser"),
    "wecom": msgid("WeCom"),
    "dingtalk": msgid("DingTalk"),
    "feishu": msgid("Feishu"),
    "serverchan": msgid("ServerChan"),
    "bark": msgid("Bark"),
}
GROUPS: Mapping[Group, str] = {
    Group.THANKS: msgid("thanks"),
    Group.REMINDERS: msgid("reminders of what I have accepted"),
    Group.PROGRESS: msgid("how it goes on"),
}

REACH_WORDS: Mapping[str, Any] = {
    "channel_name": lambda name: gettext(CHANNELS[name]) if name in CHANNELS else name,
    "group_name": lambda group: gettext(GROUPS[group]),
}
"""For the templates."""
