"""`python -m bench.peers.answer settings.json`: Django's page, asked in a process of its own.

Prints the visitors' cookies, then for every number it reads the CPU seconds that so many requests took.
"""

import json
import sys
from pathlib import Path

from werkzeug.test import create_environ, run_wsgi_app

from bench.peers import django_page
from bench.results import cpu_of
from bench.visiting import PATH, Application, asking


def main(file: str) -> None:
    """Set Django up on the database, then answer until the input ends."""
    given = json.loads(Path(file).read_text())
    application = django_page.set_up(owner_url=given["url"], frame=(given["frame"][0], given["frame"][1]))
    tokens = django_page.tokens_of(given["debtor_ids"])
    cookies = [_entered(application, token) for token in tokens]
    take = cpu_of(asking(application, [(PATH, cookie) for cookie in cookies]))
    print(json.dumps(cookies), flush=True)
    for line in sys.stdin:
        print(take(int(line)), flush=True)


def _entered(application: Application, token: str) -> str:
    """Enter through django-sesame's view; return the cookie of the session."""
    page, status, headers = run_wsgi_app(application, create_environ(f"/login?sesame={token}"))
    assert status.startswith("302"), (status, b"".join(page)[:2000])
    return next(cookie.partition(";")[0] for cookie in headers.getlist("Set-Cookie") if "sessionid" in cookie)


if __name__ == "__main__":
    main(*sys.argv[1:])
