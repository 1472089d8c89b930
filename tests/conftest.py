"""Fixtures of every test; each of the plugins named here holds one subject."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from jinja2 import BytecodeCache
from sqlalchemy import Engine, QueuePool
from sqlalchemy.orm import scoped_session

from collections_portal.config import Config
from core.database import db

pytest_plugins = (
    "tests.browsing",
    "tests.compiled",
    "tests.databases",
    "tests.installation",
    "tests.jobs_server",
    "tests.logged",
    "tests.moments",
    "tests.network",
    "tests.receivables",
    "tests.serving",
    "tests.visitor",
    "tests.people",
    "tests.crowd",
)
# Until all tests are known, what is read stays: to look for garbage meanwhile took a quarter of that time.
gc.disable()


# Among these are the longest tests: they begin first, so that no worker is left with one at the end.
LONGEST = ("faults", "story", "backups", "browser", "abuse")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders with the longest tests first."""
    here = Path(__file__).parent
    places = {folder: place for place, folder in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.relative_to(here).parts[0], len(LONGEST)))


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not in what was imported: that took a seventh of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.fixture
def make_app(
    database_url: str, tmp_path: Path, compiled_templates: BytecodeCache
) -> Iterator[Callable[..., Flask]]:
    """Make the portal on this test's database; named arguments change its configuration."""
    # Imported here, so that a door which does not import leaves tests of pure rules running.
    from collections_portal.app import create_app

    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        config = Config.for_tests(database_url=database_url, var_dir=tmp_path, **changes)
        made.append(create_app(config))
        made[-1].jinja_env.bytecode_cache = compiled_templates
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            _rest(db.engine)


def _rest(engine: Engine) -> None:
    """Let the next test have the connections, if none is still in use; on SQLite its file is another one.

    A server that opens a connection forks, and reads its catalogue again: half its work in a test of pages.
    """
    pool = engine.pool
    if engine.dialect.name == "sqlite" or not isinstance(pool, QueuePool) or pool.checkedout():
        engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The portal on this test's database, at http://localhost."""
    return make_app()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The database session, inside the application's context."""
    with app.app_context():
        yield db.session
