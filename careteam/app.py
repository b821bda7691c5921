"""Assembles the application: extensions, doors, and one transaction per request."""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from argon2 import PasswordHasher
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from limits.errors import ConfigurationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.middleware.proxy_fix import ProxyFix

from careteam import api, cli, context, logs, web
from careteam.api import idempotency, marks
from careteam.api.json import OrjsonProvider
from careteam.errors import CareTeamError, Stale, Unavailable
from careteam.extensions import db, engine_options, own_transaction
from careteam.passwords import Passwords
from careteam.sealing import Keyring
from careteam.services import idempotency as key_uses
from careteam.services.chain.databases import beside
from careteam.services.chain.sealer import Sealer
from careteam.services.chain.thread import Background
from careteam.services.identity import credentials
from careteam.services.identity.proving import GUARD, Guard, Unproven
from careteam.services.identity.tries import Limits
from careteam.services.log import access_log
from config import BadSettings, Settings

log = structlog.get_logger()
SERVER = "SERVER_SOFTWARE"
"""What a real server says of itself, in the environment of its workers or of each request."""
TRIES = 6
"""How often a request is run at most: anew after a lost race, and once more after each password or code looked at."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application was built with; `app.extensions["careteam"]`."""

    settings: Settings
    keyring: Keyring
    passwords: Passwords


class CareTeamApp(Flask):
    """A Flask application in which one request is one transaction, committed before the answer leaves."""

    json_provider_class = OrjsonProvider

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view and commit. A transaction that lost a race begins anew, reading everything again."""
        guard = _guard(self.extensions["careteam"])
        try:
            return self._in_one_transaction(guard)
        finally:
            _settle(guard)

    def _in_one_transaction(self, guard: Guard) -> ResponseReturnValue:
        for left in reversed(range(TRIES)):
            guard.outcomes.clear()
            marks.begin()
            try:
                answer = marks.marked(idempotency.once(self._carry_out))
                db.session.commit()
                return answer
            except Unproven as asked:
                db.session.rollback()
                guard.answer(asked, at=context.now())
                self.preprocess_request()
            except DBAPIError as error:
                db.session.rollback()
                if not left or not _lost_a_race(error):
                    raise Unavailable from error
                self.preprocess_request()
            except BaseException:
                db.session.rollback()
                raise
        raise Unavailable

    def _carry_out(self) -> Response:
        return self.make_response(super().dispatch_request())

    def handle_user_exception(self, e: Exception) -> ResponseReturnValue:
        """Render the error; a refusal is logged first, in a transaction of its own, or answered with 503."""
        db.session.rollback()
        if isinstance(e, StaleDataError):
            e = Stale()
        elif isinstance(e, SQLAlchemyError):
            log.error("database-error", kind=type(e).__name__, request_id=context.request_id())
            e = Unavailable()
        elif isinstance(e, CareTeamError) and e.logged and not _logged_refusal():
            e = Unavailable()
        return super().handle_user_exception(e)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application. Raises BadSettings, saying what to set."""
    settings = settings or Settings.from_environment()
    app = CareTeamApp("careteam", instance_path=str(settings.instance.resolve()))
    app.extensions["careteam"] = Parts(settings, _keyring(settings), _passwords(settings))
    app.config.from_mapping(_flask_settings(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    db.init_app(app)
    logs.set_up(settings)
    try:
        api.register(app)
    except ConfigurationError as error:
        raise BadSettings(f"careteam cannot start:\n- CARETEAM_RATE_LIMIT_STORAGE: {error}") from error
    web.register(app)
    cli.register(app)
    _seal_in_background(app)
    app.after_request(_note_use)
    app.after_request(_forget_old_keys)
    app.after_request(idempotency.mark)
    app.after_request(_protect)
    return app


def _seal_in_background(app: Flask) -> None:
    """Seal the log while this process serves requests: not for a command, and not in tests."""
    parts: Parts = app.extensions["careteam"]
    settings = parts.settings
    if not settings.seals_log:
        return

    def sealer() -> Sealer:
        options = engine_options(settings.database_url)
        engine, anew = beside(settings.database_url, options), not settings.production
        return Sealer(engine, parts.keyring, settings.head_folder, begins_anew=anew)

    background = Background(sealer, seconds=settings.log_seal_seconds, clock=context.now)
    if os.environ.get(SERVER, "").startswith("gunicorn"):
        background.start()

    @app.before_request
    def begin() -> None:
        if SERVER in request.environ:
            background.start()


def _keyring(settings: Settings) -> Keyring:
    try:
        return Keyring.parse(settings.encryption_keys)
    except ValueError as error:
        raise BadSettings(f"careteam cannot start:\n- CARETEAM_ENCRYPTION_KEYS: {error}") from error


def _passwords(settings: Settings) -> Passwords:
    return Passwords(
        PasswordHasher(time_cost=settings.argon2_time_cost, memory_cost=settings.argon2_memory_kib, parallelism=1)
    )


def _flask_settings(settings: Settings) -> dict[str, Any]:
    secure = settings.public_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": settings.max_body_bytes,
        "SESSION_COOKIE_NAME": "__Host-careteam" if secure else "careteam",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "PROPAGATE_EXCEPTIONS": False,
    }


def _lost_a_race(error: DBAPIError) -> bool:
    """Serialisation failure, deadlock, or a unique row that another request wrote at the same time."""
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01", "23505"}


def _protect(answer: Response) -> Response:
    """Add the headers that every answer has (OWASP ASVS 5.0 V3.4, V14.3.2)."""
    headers = answer.headers
    headers["X-Request-ID"] = context.request_id()
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if not g.get("cacheable"):
        headers["Cache-Control"] = "no-store"
        answer.vary.update(["Cookie", "Authorization"])
    return answer


def _logged_refusal() -> bool:
    try:
        _log_refusal()
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _log_refusal() -> None:
    asking: context.Asking | None = g.get("asking")
    ids = {k: v for k, v in (request.view_args or {}).items() if isinstance(v, UUID)}
    access_log.refused(
        db.session(),
        asking.actor if asking else None,
        request.endpoint or "",
        origin=context.origin(),
        ids=ids,
        at=context.now(),
    )


def _guard(parts: Parts) -> Guard:
    """Return what counts and evaluates the passwords of this request (see `careteam.services.identity.proving`)."""
    settings = parts.settings
    limits = Limits(settings.wrong_tries, timedelta(minutes=settings.longest_delay_minutes))
    guard = Guard(limits, settings.secret_key.encode(), parts.passwords, own_transaction)
    db.session().info[GUARD] = guard
    return guard


def _settle(guard: Guard) -> None:
    """Right tries begin anew. Where that cannot be written they stay counted, which lets nobody in."""
    try:
        guard.settle()
    except SQLAlchemyError as error:
        log.error("database-error", kind=type(error).__name__, request_id=context.request_id())


def _note_use(answer: Response) -> Response:
    """Keep the last use of the session or token; losing one such note to a race loses nothing."""
    seen = g.pop("seen", None)
    if seen and answer.status_code < 500:
        try:
            credential_id, by = seen
            credentials.note_use(db.session(), credential_id, by, at=context.now())
            db.session.commit()
        except SQLAlchemyError:
            db.session.rollback()
    return answer


def _forget_old_keys(answer: Response) -> Response:
    """Remove a few uses of keys that are over; what one sweep misses, the next one finds."""
    if g.pop("key_used", False):
        try:
            key_uses.sweep(db.session(), at=context.now())
            db.session.commit()
        except SQLAlchemyError:
            db.session.rollback()
    return answer
