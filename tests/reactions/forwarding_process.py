"""A process that forwards what is due, to be killed."""

import sys
import tempfile
from pathlib import Path

from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.forwarding import forward_reactions


def main(database_url: str) -> None:
    """Forward it."""
    app = create_app(Config.for_tests(database_url=database_url, var_dir=Path(tempfile.mkdtemp())))
    with app.app_context():
        forward_reactions(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
