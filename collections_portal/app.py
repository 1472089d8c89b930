"""The application put together: configuration, foundation, doors."""

from pathlib import Path

from flask import Flask, request
from flask.sessions import SessionInterface
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import core.web.bodies
import core.web.characters
import core.web.errors
import core.web.formats
import core.web.fragments
import core.web.headers
import core.web.languages
import core.web.logs
import core.web.origins
import core.web.sentences
import core.web.static
import desk.door
import settings.door
from collections_portal import appearance, doors, health, hooks, preview
from collections_portal.backups import files
from collections_portal.config import DEBTOR, DESK, Config
from collections_portal.debtor import door as debtor_door
from collections_portal.demo import mailbox
from core import tables, tenancy, transaction
from core.database import db
from core.law import shelf
from core.web.application import Portal
from core.web.sessions import DoorSessions

ROOT = Path(__file__).resolve().parents[1]
BODY_LIMIT = 64 * 1024
FORM_LIMIT = 512 * 1024

csrf = CSRFProtect()


def create_app(config: Config, *, is_restoring: bool = False) -> Flask:
    """Return the WSGI application with the doors of the configuration.

    Raises RestoreUnfinished where a restore was stopped half-way; the restore itself goes on.
    """
    _make_ready(config, is_restoring=is_restoring)
    app = Portal(
        "collections_portal",
        root_path=str(ROOT / "collections_portal"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "collections_portal" / "static"),
    )
    _configure(app, config)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "core" / "migrations"), render_as_batch=True)
    for part in (
        core.web.logs,
        core.web.languages,
        core.web.sentences,
        core.web.formats,
        core.web.fragments,
        core.web.static,
        core.web.errors,
    ):
        part.install(app)
    core.web.bodies.install(app)
    core.web.characters.install(app)
    app.before_request(_begin)
    app.teardown_appcontext(_end)
    health.install(app)
    appearance.install(app)
    _open_doors(app, config)
    # After the doors' guards: without a session the answer is 401, whatever the form.
    core.web.origins.install(app)
    csrf.init_app(app)
    core.web.headers.install(app)
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxies, config.proxies, 0, 0)  # type: ignore[method-assign]
    return app


def _make_ready(config: Config, *, is_restoring: bool) -> None:
    if not is_restoring:
        files.require_finished(config.var_dir)
    tables.load()
    shelf.use(config.law_dir)
    # The database lies here by default, and what people uploaded: neither is for others on the machine.
    config.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        PORTAL=config,
        TESTING=config.testing,
        SECRET_KEY=config.secret_keys[-1],
        SECRET_KEY_FALLBACKS=list(reversed(config.secret_keys[:-1])),
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config.database_url),
        TRUSTED_HOSTS=list(config.hosts),
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _engine_options(url: str) -> dict[str, object]:
    # What a statement was given are names and addresses: an error that is logged must not repeat them.
    quiet: dict[str, object] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return quiet | {"connect_args": {"timeout": 15, "check_same_thread": False}}
    # A process has 8 threads that answer visitors and 22 that work; each holds one in its transactions only.
    # The connection that rested last is taken first: it has statements prepared, and the others may end.
    return quiet | {"pool_size": 10, "max_overflow": 20, "pool_use_lifo": True}


def _begin() -> None:
    transaction.expect_reading(request.method in ("GET", "HEAD", "OPTIONS"))


def _end(_error: BaseException | None) -> None:
    tenancy.leave()
    transaction.expect_reading(False)


def _open_doors(app: Flask, config: Config) -> None:
    none: dict[str, SessionInterface] = {"hooks": hooks.NoSessions()}
    sessions = DoorSessions(doors=none, otherwise=debtor_door.sessions(config))
    app.session_interface = sessions
    doors.install(app, config)
    if DEBTOR in config.doors:
        debtor_door.open_on(app, csrf)
        hooks.open_on(app, csrf)
    if config.demo:
        app.register_blueprint(mailbox.blueprint)
    if DESK in config.doors:
        sessions.doors = none | {"desk": desk.door.sessions(config), "settings": desk.door.sessions(config)}
        desk.door.open_on(app, csrf)
        settings.door.open_on(app, csrf, also=(preview.blueprint,))
