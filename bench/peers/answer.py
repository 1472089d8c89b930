"""`python -m bench.peers.answer settings.json`: Django's page, asked in a process of its own.

Prints the visitors' tokens, then for every number it reads the CPU seconds that so many requests took.
"""

import json
import sys
from pathlib import Path

from bench.peers import django_page
from bench.results import cpu_of
from bench.visiting import PATH, asking


def main(file: str) -> None:
    """Set Django up on the database, then answer until the input ends."""
    given = json.loads(Path(file).read_text())
    application = django_page.set_up(owner_url=given["url"], frame=(given["frame"][0], given["frame"][1]))
    tokens = django_page.tokens_of(given["debtor_ids"])
    take = cpu_of(asking(application, [(f"{PATH}?sesame={token}", "") for token in tokens]))
    print(json.dumps(tokens), flush=True)
    for line in sys.stdin:
        print(take(int(line)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
