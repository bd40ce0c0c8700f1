"""Each kind of channel against a real server of its kind on loopback: what arrives, and what is made of answers."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from email.message import EmailMessage
from urllib.parse import unquote_plus

import apprise.plugins.dingtalk
import apprise.plugins.feishu
import apprise.plugins.serverchan
import apprise.plugins.wecombot
import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.notifier.clocks.by_apprise import ByApprise
from services.notifier.clocks.by_http import HttpSender
from services.notifier.clocks.channels import PersonalChannel, Sent
from services.notifier.clocks.push import Push, may_be_called, public_key_of
from services.notifier.clocks.sms import HttpGateway
from services.notifier.clocks.tencent import tencent_of
from services.notifier.policies.messages import Message
from tests.integration.notifier.peers import Peer, http_peer, mail_server
from tests.ports import free_port

MESSAGE = Message("m-1", "派单", "第一条，很长\n第二条", "短讯", "zh-CN")
SEED = bytes(range(32))
LOOPBACK = "127.0.0.1"
STATUSES = {200: Sent.TAKEN, 400: Sent.REFUSED, 404: Sent.REFUSED, 429: Sent.FAILED, 500: Sent.FAILED, 503: Sent.FAILED}


def encoded(raw: bytes) -> str:
    """base64url, as browsers write it."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """A browser's half of Web Push (RFC 8291)."""

    def __init__(self, endpoint: str) -> None:
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), bytes(range(16))
        self._public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encoded(self._public), "auth": encoded(self._auth)}
        self.subscription = json.dumps({"endpoint": endpoint, "keys": keys})

    def read(self, body: bytes) -> dict[str, str]:
        """What was encrypted for it."""
        salt, length = body[:16], body[20]
        sender = body[21 : 21 + length]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = _derived(shared, self._auth, b"WebPush: info\x00" + self._public + sender, 32)
        key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
        told: dict[str, str] = json.loads(AESGCM(key).decrypt(nonce, body[21 + length :], None).rstrip(b"\x02"))
        return told


def _derived(secret: bytes, salt: bytes, told: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, told).derive(secret)


async def every_answer(channel: PersonalChannel, address: str, peer: Peer) -> dict[int, Sent]:
    """What a channel makes of each status, and that the other side was asked each time."""
    found = {}
    for number, status in enumerate(STATUSES, 1):
        peer.otherwise = status
        found[status] = await channel.send(address, MESSAGE)
        assert number == len(peer.received)
    return found


async def silence_and_absence(channel: PersonalChannel, address: str, peer: Peer) -> Sent:
    """What a channel makes of a server that takes the message and says nothing."""
    peer.otherwise = 200
    peer.speaks.clear()
    try:
        return await channel.send(address, MESSAGE)
    finally:
        peer.speaks.set()


@pytest.fixture
def sender() -> HttpSender:
    """An impatient one."""
    return HttpSender(0.3, 0.3)


async def test_the_gateway_of_a_county_over_http(sender: HttpSender) -> None:
    """Short words, the phone, an id; every status means what it says; a conflict is a message that is there."""
    with http_peer() as peer:
        gateway = HttpGateway(peer.url, "", sender)
        assert STATUSES == await every_answer(gateway, "+8613800138000", peer)
        assert Sent.UNSURE is await silence_and_absence(gateway, "+8613800138000", peer)
        peer.otherwise = 409
        assert Sent.TAKEN is await gateway.send("+8613800138000", MESSAGE)
        assert {"id": "m-1", "to": "+8613800138000", "text": "短讯", "language": "zh-CN"} == peer.received[0].json
    assert Sent.FAILED is await gateway.send("+8613800138000", MESSAGE)
    await gateway.close()


async def test_bark_by_apprise() -> None:
    """The long words with a title; statuses and silence as everywhere; a key that is none is refused unsent."""
    with http_peer() as peer:
        bark = ByApprise(f"bark://{LOOPBACK}:{peer.port}/{{to}}/", 0.3, 0.3)
        assert STATUSES == await every_answer(bark, "device-key-1", peer)
        assert Sent.UNSURE is await silence_and_absence(bark, "device-key-1", peer)
        told = peer.received[0].json
        assert ("派单", True) == (told["title"], "第一条，很长" in told["body"])
        absent = ByApprise(f"bark://{LOOPBACK}:{free_port()}/{{to}}/", 0.3, 0.3)
        assert Sent.FAILED is await absent.send("device-key-1", MESSAGE)
    assert Sent.REFUSED is await ByApprise("bark://{to}", 0.3, 0.3).send("", MESSAGE)


@pytest.mark.parametrize(
    ("template", "plugin", "attribute", "path"),
    [
        ("wecombot://{to}/", apprise.plugins.wecombot.NotifyWeComBot, "notify_url", "?key={key}"),
        ("dingtalk://{to}/", apprise.plugins.dingtalk.NotifyDingTalk, "notify_url", "?access_token={token}"),
        ("feishu://{to}/", apprise.plugins.feishu.NotifyFeishu, "notify_url", "/{token}/"),
        ("schan://{to}/", apprise.plugins.serverchan.NotifyServerChan, "notify_url", "/{token}.send"),
    ],
)
async def test_messengers_by_apprise(
    monkeypatch: pytest.MonkeyPatch, template: str, plugin: type, attribute: str, path: str
) -> None:
    """WeCom, DingTalk, Feishu and ServerChan, each in its own form, with their servers' address pointed here."""
    with http_peer() as peer:
        peer.text = json.dumps({"errcode": 0, "code": 0, "StatusCode": 0})
        assert hasattr(plugin, attribute)
        monkeypatch.setattr(plugin, attribute, f"{peer.url}/{path}")
        channel = ByApprise(template, 0.3, 0.3)
        assert Sent.TAKEN is await channel.send("SCT12345abcdef67890abcdef", MESSAGE)
        peer.otherwise = 503
        assert Sent.FAILED is await channel.send("SCT12345abcdef67890abcdef", MESSAGE)
        received = peer.received[0]
    said = unquote_plus(received.body.decode("unicode-escape" if b"\\u" in received.body else "utf-8"))
    assert ("SCT12345abcdef67890abcdef" in received.path, "第一条" in said) == (True, True)


async def test_mail_by_apprise() -> None:
    """One mail to one person, in UTF-8; refused for good, for now, or with nobody there."""
    with mail_server() as mail:
        template = f"mailto://{LOOPBACK}:{mail.port}?from=paidan@county.test&to={{to}}"
        channel = ByApprise(template, 1.0, 1.0)
        assert Sent.TAKEN is await channel.send("someone@example.org", MESSAGE)
        mail.answer = "451 later"
        assert Sent.FAILED is await channel.send("someone@example.org", MESSAGE)
    ((to, message),) = mail.received
    assert isinstance(message, EmailMessage)
    assert ("someone@example.org", "派单", True) == (to, message["subject"], "第二条" in _text(message))
    assert Sent.FAILED is await channel.send("someone@example.org", MESSAGE)


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    assert part is not None
    return str(part.get_content())


async def test_web_push(sender: HttpSender) -> None:
    """Only that browser can read it, and the push service sees who sends; an ended subscription is refused for good."""
    with http_peer() as peer:
        push, browser = Push(SEED, "ops@county.test", [LOOPBACK], sender), Browser(f"{peer.url}/send/abc")
        assert STATUSES == await every_answer(push, browser.subscription, peer)
        assert Sent.UNSURE is await silence_and_absence(push, browser.subscription, peer)
        received = peer.received[0]
        assert {"id": "m-1", "title": "派单", "body": MESSAGE.long, "lang": "zh-CN"} == browser.read(received.body)
        parts = dict(part.strip().split("=", 1) for part in received.headers["authorization"][6:].split(","))
        key = urlsafe_b64decode(parts["k"] + "=" * (-len(parts["k"]) % 4))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        claims = jwt.decode(parts["t"], public, algorithms=["ES256"], audience=f"http://{LOOPBACK}")
    assert (public_key_of(SEED), "mailto:ops@county.test") == (key, claims["sub"])
    assert [Sent.REFUSED] * 2 == [
        await push.send(address, MESSAGE) for address in ("{}", Browser("https://evil.example/x").subscription)
    ]
    await push.close()


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://push.services.mozilla.com.evil.example/x", False),
        ("https://evilpush.services.mozilla.com@evil.example/x", False),
        ("http://updates.push.services.mozilla.com/x", False),
        ("https://localhost/x", False),
    ],
)
def test_only_known_push_services_are_called(endpoint: str, expected: bool) -> None:
    """An address somebody gave must not make us call whatever they like."""
    assert expected is may_be_called(endpoint, ["push.services.mozilla.com"])


async def test_sms_of_a_provider() -> None:
    """Signed as the provider wants it; its codes mean never or later; silence is not sent twice."""
    with http_peer() as peer:
        gateway = tencent_of("id", "key", "1400", "派单", "2600", peer.url, 0.3)
        found = []
        for code in ("Ok", "InvalidParameterValue.IncorrectPhoneNumber", "LimitExceeded.PhoneNumberDailyLimit"):
            status = {"SerialNo": "1", "PhoneNumber": "+8613800138000", "Fee": 1, "SessionContext": "", "Code": code}
            peer.text = json.dumps({"Response": {"SendStatusSet": [status], "RequestId": "r"}})
            found.append(await gateway.send("+8613800138000", MESSAGE))
        peer.text = json.dumps({"Response": {"Error": {"Code": "AuthFailure", "Message": ""}, "RequestId": "r"}})
        found.append(await gateway.send("+8613800138000", MESSAGE))
        silent = await silence_and_absence(gateway, "+8613800138000", peer)
        asked = peer.received[0]
    assert [Sent.TAKEN, Sent.REFUSED, Sent.FAILED, Sent.FAILED] == found
    assert (Sent.UNSURE, Sent.FAILED) == (silent, await gateway.send("+8613800138000", MESSAGE))
    told = json.loads(asked.body)
    assert (["+8613800138000"], ["短讯"], "m-1") == (
        told["PhoneNumberSet"],
        told["TemplateParamSet"],
        told["SessionContext"],
    )
    assert "Signature=" in asked.headers["authorization"]
