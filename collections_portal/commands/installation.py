"""A command at work in the installation that the environment describes."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from collections_portal.app import create_app
from collections_portal.config import Config
from core import tenancy
from core.database import db
from core.refusals import Refusal


@contextmanager
def at_work() -> Iterator[None]:
    """Work in the application, across organisations; a refusal is said in words and ends with status 1."""
    with create_app(Config.from_environment()).app_context(), tenancy.everywhere():
        try:
            yield
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal
        finally:
            db.session.remove()
            db.engine.dispose()
