"""`python -m bench.peers.serve bare|django settings.json`: serve it by waitress, as the portal is."""

import json
import sys
from pathlib import Path
from typing import Any

from waitress.server import create_server

from bench.peers.bare import BarePage
from collections_portal.web_server import WEB_THREADS


def main(name: str, file: str) -> None:
    """Serve on a free port of loopback and print which."""
    given: dict[str, Any] = json.loads(Path(file).read_text())
    frame = (given["frame"][0], given["frame"][1])
    if name == "bare":
        application: Any = BarePage(url=given["url"], cookie=given["cookie"], frame=frame)
    else:
        # Django is needed for this one only.
        from bench.peers import django_page  # noqa: PLC0415

        application = django_page.set_up(owner_url=given["url"], frame=frame)
    server = create_server(application, host="127.0.0.1", port=0, threads=WEB_THREADS)
    print(json.dumps({"port": server.effective_port}), flush=True)
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
