"""`python -m bench [name ...]`: measure, print, and write docs/performance.md.

A measurement is a module `bench/<name>.py` with `run(rows) -> Section`; `rows` is how large the
database or file shall be, None for the measurement's own choice. Only the named sections are measured anew.
"""

import argparse
import pkgutil
from importlib import import_module

import bench
from bench import page
from bench.results import LeftOut, Section


def names() -> list[str]:
    """Return the measurements: every module here that has `run`."""
    found = (
        module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")
    )
    return [name for name in found if hasattr(import_module(f"bench.{name}"), "run")]


def main() -> None:
    """Measure what was asked for, one after the other."""
    known = names()
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure the portal beside its limits."
    )
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"of {', '.join(known)}; all when none is given"
    )
    parser.add_argument("--rows", type=int, help="invoices in the database, or lines in the file")
    parser.add_argument("--dry", action="store_true", help="print only; leave docs/performance.md as it is")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(known)
    if unknown:
        parser.error(f"there is no measurement named {', '.join(sorted(unknown))}")
    for name in chosen.names or known:
        try:
            section: Section = import_module(f"bench.{name}").run(chosen.rows)
        except LeftOut as why:
            print(f"{name} is left out, and its part of the page stays as it was: {why}", flush=True)
            continue
        print(page.written(section), flush=True)
        if not chosen.dry:
            page.keep(name, section)


if __name__ == "__main__":
    main()
