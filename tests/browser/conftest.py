"""Fixtures of the tests in a browser. They run on SQLite only: what a browser sees is the same on both."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url

from collections_portal.app import create_app
from collections_portal.config import Config
from core.database import db
from tests.browser.stage import Demo, Stage, found
from tests.databases import Databases


@pytest.fixture(scope="session")
def demo(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, founded once for each worker; tests get copies."""
    folder = tmp_path_factory.mktemp("demo")
    url, _ = databases.of("sqlite").ready_for(folder)
    app = create_app(Config.for_tests(database_url=url, var_dir=folder, public_url="https://localhost"))
    made = found(app, folder)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return made


@pytest.fixture
def stage(demo: Demo, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    """A copy of the demo behind HTTPS, its database in the place of the test's empty one."""
    shutil.copytree(demo.folder, tmp_path, dirs_exist_ok=True)
    shutil.move(tmp_path / demo.database.name, str(make_url(database_url).database))
    return Stage(request.getfixturevalue("served_securely"), demo)
