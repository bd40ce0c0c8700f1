"""The channels of an installation, by its settings."""

from __future__ import annotations

import hmac

from services.notifier.clocks.by_apprise import ByApprise
from services.notifier.clocks.by_http import HttpSender
from services.notifier.clocks.channels import PersonalChannel
from services.notifier.clocks.sms import HttpGateway
from services.notifier.commands import APPRISE, FILE, PUSH, SMS
from services.notifier.policies.channels import ChannelOrder
from services.notifier.settings import NotifierSettings


def personal_channels(settings: NotifierSettings, order: ChannelOrder, key: bytes) -> dict[str, PersonalChannel]:
    """Those of the order that go to one person at a time. Raises ``ValueError`` for one whose settings are missing."""
    return {name: _channel(name, settings, key) for name in order.names if name != FILE}


def push_seed(key: bytes) -> bytes:
    """The secret of the installation's key for push services, from the key of notifier's vault."""
    return hmac.digest(key, b"push", "sha256")


def _channel(name: str, settings: NotifierSettings, key: bytes) -> PersonalChannel:
    if name == SMS:
        return _sms(settings)
    if name == PUSH:
        return _push(settings, key)
    template = "{to}" if name == APPRISE[-1] else _template(name, settings)
    return ByApprise(template, settings.connect_seconds, settings.answer_within_seconds)


def _sms(settings: NotifierSettings) -> PersonalChannel:
    if not settings.sms_url:
        raise ValueError("the channel sms needs PAIDAN_SMS_URL")
    token = settings.sms_token.get_secret_value()
    if settings.sms_gateway == "http":
        return HttpGateway(settings.sms_url, token, _sender(settings))
    from services.notifier.clocks.tencent import tencent_of  # noqa: PLC0415 - an extra

    account = (settings.sms_account, token, settings.sms_application, settings.sms_signature, settings.sms_template)
    if not all(account):
        raise ValueError("tencent needs PAIDAN_SMS_ACCOUNT, _TOKEN, _APPLICATION, _SIGNATURE and _TEMPLATE")
    return tencent_of(*account, settings.sms_url, settings.answer_within_seconds)


def _push(settings: NotifierSettings, key: bytes) -> PersonalChannel:
    from services.notifier.clocks.push import Push  # noqa: PLC0415 - most installations start without it

    if not settings.push_contact:
        raise ValueError("the channel push needs PAIDAN_PUSH_CONTACT, a mail address for the push services")
    hosts = [one.strip() for one in settings.push_hosts.split(",") if one.strip()]
    return Push(push_seed(key), settings.push_contact, hosts, _sender(settings))


def _template(name: str, settings: NotifierSettings) -> str:
    told = settings.mail_url.get_secret_value() if name == "mail" else str(getattr(settings, f"{name}_url"))
    if "{to}" not in told:
        raise ValueError(f"the channel {name} needs PAIDAN_{name.upper()}_URL, an Apprise URL with {{to}} in it")
    return told


def _sender(settings: NotifierSettings) -> HttpSender:
    return HttpSender(settings.connect_seconds, settings.answer_within_seconds)
