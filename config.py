"""Settings from the environment (`CARETEAM_*`), one place, validated at start."""

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

INSTANCE = Path(__file__).resolve().parent / "instance"
_WEAK = {"secret", "changeme", "change-me", "dev", "development", "password", "careteam", "test"}

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_STORAGES = ("memory://", "redis://", "rediss://", "redis+sentinel://", "redis+cluster://")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_POSITIVE = (
    "max_body_bytes",
    "max_import_bytes",
    "session_idle_minutes",
    "session_hours",
    "token_days",
    "invitation_days",
    "argon2_time_cost",
    "argon2_memory_kib",
    "wrong_tries",
    "longest_delay_minutes",
    "requests_per_minute",
    "anonymous_requests_per_minute",
)


class BadSettings(Exception):
    """The settings cannot be used; the message says which to set, and how."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations. Durations are in the unit that the name says."""

    environment: str = "development"
    secret_key: str = field(default="", repr=False)
    encryption_keys: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    instance: Path = INSTANCE
    public_url: str = "http://127.0.0.1:5000"
    max_body_bytes: int = 1024 * 1024
    max_import_bytes: int = 50 * 1024 * 1024
    session_idle_minutes: int = 30
    session_hours: int = 12
    token_days: int = 90
    invitation_days: int = 14
    wrong_tries: int = 5
    """How many wrong passwords or codes in a row are evaluated before the first delay."""
    longest_delay_minutes: int = 60
    """The delay doubles from one minute up to this; it is also about how long an attacker can keep a browser out
    that never signed in before."""
    require_second_factor: str = ""
    """`yes` or `no`; empty: yes in production."""
    rate_limits: str = ""
    """`on` or `off`; empty: on, but off in tests."""
    rate_limit_storage: str = "memory://"
    """Where requests are counted: in each worker, or for all of them together in `redis://...`."""
    requests_per_minute: int = 600
    anonymous_requests_per_minute: int = 120
    trusted_proxies: int = 0
    argon2_time_cost: int = 3
    argon2_memory_kib: int = 65536
    log_level: str = "INFO"
    smtp_host: str = ""
    """The mail server; empty: this service sends no mail at all, and links are shown to who makes them."""
    smtp_port: int = 0
    """0: 587 with `starttls`, 465 with `tls`, 25 with `off`."""
    smtp_tls: str = "starttls"
    """`starttls`, `tls` or `off`; with TLS the server's certificate must be valid. `off` is refused in production."""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    smtp_timeout_seconds: int = 30
    log_head: Path = Path("log-head")
    """The folder, outside the database, of the log's heads and of the journal of every no; relative to `instance`."""
    log_seal_seconds: int = 15
    """How often a server seals the log, at most 60; 0: never by itself (`seal-log` from a scheduler)."""

    @property
    def production(self) -> bool:
        """True where nothing may fall back to a default secret."""
        return self.environment == "production"

    @property
    def second_factor_required(self) -> bool:
        """True where staff get no further than to the enrolment of a second factor before they have one."""
        return self.require_second_factor == "yes" or (self.production and self.require_second_factor != "no")

    @property
    def head_folder(self) -> Path:
        """Where the heads of the log are kept."""
        return self.instance / self.log_head

    @property
    def seals_log(self) -> bool:
        """True where a server seals the log by itself; tests seal it when they say so."""
        return self.log_seal_seconds > 0 and self.environment != "testing"

    @property
    def sends_mail(self) -> bool:
        """True where mails are written and `send-mail` sends them."""
        return bool(self.smtp_host)

    @property
    def limits_requests(self) -> bool:
        """True where too many requests are refused."""
        return self.rate_limits == "on" or (self.environment != "testing" and self.rate_limits != "off")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and check the settings. Raises BadSettings with everything that is wrong, at once."""
        given = _given(os.environ if environ is None else environ)
        settings = _with_embedded_defaults(cls(**given))  # type: ignore[arg-type]
        wrong = problems(settings)
        if wrong:
            raise BadSettings("careteam cannot start:\n- " + "\n- ".join(wrong))
        return settings


def problems(settings: Settings) -> list[str]:
    """Return what is wrong with the settings, each with what to set."""
    wrong = []
    if settings.environment not in {"production", "development", "testing"}:
        wrong.append("CARETEAM_ENVIRONMENT is one of production, development, testing")
    if len(settings.secret_key) < 32 or settings.secret_key.lower() in _WEAK:
        wrong.append("set CARETEAM_SECRET_KEY to at least 32 random characters (`openssl rand -hex 32`)")
    elif len(set(settings.secret_key)) < 10:
        wrong.append("CARETEAM_SECRET_KEY is not random: make one with `openssl rand -hex 32`")
    if not settings.encryption_keys:
        wrong.append('set CARETEAM_ENCRYPTION_KEYS to id:key (`echo "k1:$(openssl rand -base64 32)"`)')
    if not settings.database_url:
        wrong.append("set CARETEAM_DATABASE_URL, such as postgresql://careteam@db.example.org/careteam")
    wrong += [f"CARETEAM_{name.upper()} is a positive number" for name in _POSITIVE if getattr(settings, name) < 1]
    if settings.require_second_factor not in {"", "yes", "no"}:
        wrong.append("CARETEAM_REQUIRE_SECOND_FACTOR is yes or no")
    if settings.rate_limits not in {"", "on", "off"}:
        wrong.append("CARETEAM_RATE_LIMITS is on or off")
    if not settings.rate_limit_storage.startswith(_STORAGES):
        wrong.append(f"CARETEAM_RATE_LIMIT_STORAGE begins with one of {', '.join(_STORAGES)}")
    if not 0 <= settings.log_seal_seconds <= 60:
        wrong.append("CARETEAM_LOG_SEAL_SECONDS is from 1 to 60, or 0 where `seal-log` is run by a scheduler")
    if settings.trusted_proxies < 0:
        wrong.append("CARETEAM_TRUSTED_PROXIES is the number of proxies in front, 0 for none")
    if settings.log_level not in _LEVELS:
        wrong.append(f"CARETEAM_LOG_LEVEL is one of {', '.join(_LEVELS)}")
    if settings.production and not settings.public_url.startswith("https://"):
        wrong.append("set CARETEAM_PUBLIC_URL to the https:// address that people use")
    return [*wrong, *_mail_problems(settings)]


def _mail_problems(settings: Settings) -> list[str]:
    if not settings.smtp_host:
        given = [name for name in ("smtp_user", "smtp_password", "smtp_from") if getattr(settings, name)]
        return [f"CARETEAM_{name.upper()} is for mail: set CARETEAM_SMTP_HOST too" for name in given]
    wrong = []
    if not _ADDRESS.fullmatch(settings.smtp_from):
        wrong.append("set CARETEAM_SMTP_FROM to the address that mails come from, such as careteam@example.org")
    if settings.smtp_tls not in {"starttls", "tls", "off"}:
        wrong.append("CARETEAM_SMTP_TLS is starttls, tls or off")
    elif settings.production and settings.smtp_tls == "off":
        wrong.append("CARETEAM_SMTP_TLS is starttls or tls in production: mails carry links")
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        wrong.append("set CARETEAM_SMTP_USER and CARETEAM_SMTP_PASSWORD, or neither")
    if not 0 <= settings.smtp_port < 65536:
        wrong.append("CARETEAM_SMTP_PORT is a port, or 0 for the usual one")
    if settings.smtp_timeout_seconds < 1:
        wrong.append("CARETEAM_SMTP_TIMEOUT_SECONDS is a positive number")
    return wrong


def _given(environ: Mapping[str, str]) -> dict[str, object]:
    kinds = {name: spec.type for name, spec in Settings.__dataclass_fields__.items()}
    given: dict[str, object] = {}
    for name, kind in kinds.items():
        text = environ.get(f"CARETEAM_{name.upper()}", "").strip()
        if text:
            given[name] = _value(name, text, kind)
    return given


def _value(name: str, text: str, kind: object) -> object:
    if kind is Path:
        return Path(text).resolve()
    if kind is not int:
        return text
    try:
        return int(text)
    except ValueError as error:
        raise BadSettings(f"careteam cannot start:\n- CARETEAM_{name.upper()} is a whole number") from error


def _with_embedded_defaults(settings: Settings) -> Settings:
    """Outside production: a SQLite file and random secrets, kept (mode 0600) in the instance folder."""
    if settings.production:
        return settings
    kept = _embedded_secrets(settings.instance)
    changes = {
        name: getattr(settings, name) or value
        for name, value in {
            "secret_key": kept["secret_key"],
            "encryption_keys": kept["encryption_keys"],
            "database_url": f"sqlite:///{settings.instance / 'careteam.db'}",
        }.items()
    }
    values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return Settings(**{**values, **changes})


def _embedded_secrets(instance: Path) -> dict[str, str]:
    path = instance / "secrets.json"
    if not path.exists():
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = {
            "secret_key": secrets.token_hex(32),
            "encryption_keys": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(made, file)
        except FileExistsError:
            pass
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
