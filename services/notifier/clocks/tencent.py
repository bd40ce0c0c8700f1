"""SMS through Tencent Cloud, for installations with the extra ``tencent``."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from services.notifier.clocks.channels import Sent
from services.notifier.policies.messages import Message

log = structlog.get_logger()

_TAKEN = "Ok"
_NEVER = frozenset(
    {
        "FailedOperation.PhoneNumberInBlacklist",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
    }
)
"""What is wrong with the number; everything else is for later: limits, money, a signature or a template."""
_NETWORK = "ClientNetworkError"


class Tencent:
    """Sends with one approved signature and one approved template of a single variable: the short words. The provider
    keeps no ids of ours, so what is unsure is not sent again.
    """

    repeats = False

    def __init__(self, client: Any, models: Any, application: str, signature: str, template: str) -> None:
        self._client = client
        self._models = models
        self._application = application
        self._signature = signature
        self._template = template

    async def send(self, address: str, message: Message) -> Sent:
        """Send the short form to a phone (E.164)."""
        return await asyncio.to_thread(self._send, address, message)

    async def close(self) -> None:
        """The provider's library keeps no connection."""

    def _send(self, address: str, message: Message) -> Sent:
        asked = self._models.SendSmsRequest()
        asked.PhoneNumberSet, asked.SmsSdkAppId = [address], self._application
        asked.SignName, asked.TemplateId, asked.TemplateParamSet = self._signature, self._template, [message.short]
        asked.SessionContext = message.message_id
        try:
            code = str(self._client.SendSms(asked).SendStatusSet[0].Code)
        except Exception as error:  # noqa: BLE001 - the library knows one kind, with a code of its own
            code = str(getattr(error, "code", "") or type(error).__name__)
            log.warning("sms.failed", provider="tencent", code=code)
            return Sent.UNSURE if code == _NETWORK and "Read timed out" in str(error) else Sent.FAILED
        if code == _TAKEN:
            return Sent.TAKEN
        log.warning("sms.refused", provider="tencent", code=code)
        return Sent.REFUSED if code in _NEVER else Sent.FAILED


def tencent_of(
    secret_id: str, secret_key: str, application: str, signature: str, template: str, endpoint: str, seconds: float
) -> Tencent:
    """A gateway of one account. ``endpoint``: host, with ``http://`` where it is this machine. ``seconds``: to answer
    (wall time). Raises ``ValueError`` where the provider's library is not installed.
    """
    try:
        from tencentcloud.common.credential import Credential  # noqa: PLC0415 - an extra
        from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415 - the same
        from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415 - the same
        from tencentcloud.sms.v20210111 import models  # noqa: PLC0415 - the same
        from tencentcloud.sms.v20210111.sms_client import SmsClient  # noqa: PLC0415 - the same
    except ImportError as error:
        raise ValueError(
            "the SMS gateway tencent needs the extra of that name: pip install 'paidan[tencent]'"
        ) from error
    scheme, _, host = endpoint.rpartition("://")
    http = HttpProfile(protocol=scheme or "https", endpoint=host, reqTimeout=seconds)
    client = SmsClient(Credential(secret_id, secret_key), "ap-guangzhou", ClientProfile(httpProfile=http))
    return Tencent(client, models, application, signature, template)
