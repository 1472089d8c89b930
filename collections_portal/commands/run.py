"""`portal run`, `portal worker` and `portal migrate`: an installation at work."""

import click
import flask_migrate

from collections_portal import serving
from collections_portal.app import create_app
from collections_portal.config import Config
from core.web import logs


@click.command()
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=int)
@click.option("--web-only", is_flag=True, help="Leave delivery, imports and the schedule to `portal worker`.")
def run(host: str, port: int, web_only: bool) -> None:
    """Serve the portal, its worker and its schedule in one process."""
    logs.configure()
    serving.serve(create_app(Config.from_environment()), host=host, port=port, with_worker=not web_only)


@click.command()
def worker() -> None:
    """Deliver messages, import files and keep the schedule, without a web server."""
    logs.configure()
    serving.work(create_app(Config.from_environment()))


@click.command()
@click.option(
    "--database-url", envvar="MIGRATION_URL", default="", help="The owner's address, if it is another role."
)
def migrate(database_url: str) -> None:
    """Bring the database to the newest migration."""
    app = create_app(Config.from_environment())
    if database_url:
        app.config["MIGRATION_URL"] = database_url
    with app.app_context():
        flask_migrate.upgrade()
