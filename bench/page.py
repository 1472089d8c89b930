"""docs/performance.md: one part for each measurement, written by whoever measured last."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.results import Section

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "performance.md"
# Written page by page while something is measured: they make no commit another one.
GENERATED = ("docs/performance.md", "docs/promises.md")
HEAD = """# Performance

Written by `make bench`: each figure stands beside the least the machine needs for the same work (the limit),
or beside another program that does it (the peer), measured in the same run in turns. Absolute figures are
those of one machine on one day; the ratios hold. What missed its goal says so.
"""


def written(section: Section) -> str:
    """Return the section as Markdown."""
    lines = [
        f"## {section.title}",
        "",
        f"{when()}. {section.method}",
        "",
        "| what | ours | limit | peer | goal | met |",
        "|---|---|---|---|---|---|",
    ]
    for result in section.results:
        met = {None: "", True: "yes", False: "**no**"}[result.met]
        lines.append(
            f"| {result.what} | {result.ours} | {result.limit} | {result.peer} | {result.goal} | {met} |"
        )
    return "\n".join(lines) + "\n"


def keep(name: str, section: Section) -> None:
    """Put the section into the page in place of the one of the same name, or at its end."""
    text = FILE.read_text() if FILE.exists() else HEAD
    part = f"<!-- {name} -->\n{written(section)}<!-- end of {name} -->\n"
    old = re.compile(rf"<!-- {name} -->\n.*?<!-- end of {name} -->\n", re.DOTALL)
    text = old.sub(lambda _: part, text) if old.search(text) else f"{text.rstrip()}\n\n{part}"
    FILE.write_text(text)


def when() -> str:
    """Return date, commit, Python and cores, as every generated page names them."""
    commit = _git("rev-parse", "--short", "HEAD")
    if commit and _git("status", "--porcelain", "--", ".", *(f":!{name}" for name in GENERATED)):
        commit += "-dirty"
    at = f" at {commit}" if commit else ""
    cores = len(os.sched_getaffinity(0))
    return f"{datetime.now(UTC):%d %B %Y}{at}, Python {platform.python_version()}, {cores} cores"


def _git(*words: str) -> str:
    """Return what git says, or nothing where it does not know this folder."""
    said = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip()
