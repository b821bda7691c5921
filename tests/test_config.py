"""Settings: embedded defaults outside production, and a production that refuses to start half-configured."""

import stat
from pathlib import Path

import pytest

from careteam.app import create_app
from config import BadSettings, Settings
from tests.conftest import settings_for

GOOD = {
    "CARETEAM_ENVIRONMENT": "production",
    "CARETEAM_SECRET_KEY": "0f9d2c4b8a6e1f3d5c7b9a8e6d4f2c1b0a9e8d7c",
    "CARETEAM_ENCRYPTION_KEYS": "k1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
    "CARETEAM_DATABASE_URL": "postgresql://careteam@db.example.org/careteam",
    "CARETEAM_PUBLIC_URL": "https://care.example.org",
}


def test_production_starts_when_everything_is_set() -> None:
    assert Settings.from_environment(GOOD).production


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"CARETEAM_SECRET_KEY": ""}, "set CARETEAM_SECRET_KEY"),
        ({"CARETEAM_SECRET_KEY": "short"}, "set CARETEAM_SECRET_KEY"),
        ({"CARETEAM_SECRET_KEY": "a" * 40}, "not random"),
        ({"CARETEAM_ENCRYPTION_KEYS": ""}, "set CARETEAM_ENCRYPTION_KEYS"),
        ({"CARETEAM_DATABASE_URL": ""}, "set CARETEAM_DATABASE_URL"),
        ({"CARETEAM_PUBLIC_URL": "http://care.example.org"}, "set CARETEAM_PUBLIC_URL"),
        ({"CARETEAM_ENVIRONMENT": "prod"}, "CARETEAM_ENVIRONMENT is one of"),
        ({"CARETEAM_SESSION_HOURS": "many"}, "CARETEAM_SESSION_HOURS is a whole number"),
        ({"CARETEAM_SESSION_HOURS": "0"}, "CARETEAM_SESSION_HOURS"),
        ({"CARETEAM_LOG_LEVEL": "LOUD"}, "CARETEAM_LOG_LEVEL"),
    ],
)
def test_production_refuses_to_start_and_says_what_to_set(changed: dict[str, str], says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        Settings.from_environment({**GOOD, **changed})


def test_everything_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(BadSettings) as refused:
        Settings.from_environment({"CARETEAM_ENVIRONMENT": "production"})
    assert all(word in str(refused.value) for word in ("SECRET_KEY", "ENCRYPTION_KEYS", "DATABASE_URL"))


def test_development_makes_strong_secrets_once_and_keeps_them_to_itself(tmp_path: Path) -> None:
    folder = {"CARETEAM_INSTANCE": str(tmp_path / "instance")}
    first, second = Settings.from_environment(folder), Settings.from_environment(folder)
    assert first == second
    assert len(first.secret_key) == 64
    assert first.database_url == f"sqlite:///{tmp_path / 'instance' / 'careteam.db'}"
    kept = tmp_path / "instance" / "secrets.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_settings_do_not_show_their_secrets() -> None:
    shown = repr(Settings.from_environment(GOOD))
    assert not any(GOOD[name] in shown for name in GOOD if "KEY" in name or "DATABASE" in name)


def test_a_rate_limit_storage_that_cannot_be_used_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    settings = settings_for("sqlite://", tmp_path, rate_limits="on", rate_limit_storage="nowhere://")
    with pytest.raises(BadSettings, match="CARETEAM_RATE_LIMIT_STORAGE"):
        create_app(settings)
