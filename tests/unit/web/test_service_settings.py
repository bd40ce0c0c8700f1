"""Settings come from the environment: the service's own variable first, then the shared one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.unit.web.conftest import TeahouseSettings


def test_a_services_own_variable_wins_over_the_shared_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """``PAIDAN_TEAHOUSE_X``, else ``PAIDAN_X``, else the default."""
    monkeypatch.setenv("PAIDAN_NATS_USER", "all")
    monkeypatch.setenv("PAIDAN_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("PAIDAN_TEAHOUSE_NATS_USER", "teahouse")
    settings = TeahouseSettings()
    assert ("teahouse", "DEBUG", "127.0.0.1") == (settings.nats_user, settings.log_level, settings.host)


def test_a_database_is_never_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Port and database have no shared form."""
    monkeypatch.setenv("PAIDAN_DATABASE_URL", "sqlite+aiosqlite:///everybody.db")
    monkeypatch.setenv("PAIDAN_PORT", "1")
    assert (8199, "sqlite+aiosqlite:///:memory:") == (TeahouseSettings().port, TeahouseSettings().database_url)
    monkeypatch.setenv("PAIDAN_TEAHOUSE_PORT", "8200")
    assert 8200 == TeahouseSettings().port


def test_settings_do_not_change_and_do_not_tell_secrets() -> None:
    """Frozen, and the password is not in what a log would print."""
    settings = TeahouseSettings.model_validate({"nats_password": "swordfish"})
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # that is the test
    assert "swordfish" not in repr(settings)
    assert "swordfish" == settings.nats_password.get_secret_value()


def test_a_wrong_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Better no service than one with half a configuration."""
    monkeypatch.setenv("PAIDAN_TEAHOUSE_PORT", "70000")
    with pytest.raises(ValidationError, match="port"):
        TeahouseSettings()


def test_origins_are_those_of_the_services_that_are_told() -> None:
    """An address may have a path and a trailing slash; an origin has neither."""
    settings = TeahouseSettings(
        intake_public_url="https://orders.example/", matcher_public_url="https://example/matcher/"
    )
    assert {"https://orders.example", "https://example"} == settings.trusted_origins
    assert "https://example/matcher" == settings.url_of("matcher")
    assert "" == settings.url_of("notifier")
