"""The WSGI application for any server: `app`."""

from collections_portal.app import create_app
from collections_portal.config import Config
from core.web import logs

logs.configure()
app = create_app(Config.from_environment())
