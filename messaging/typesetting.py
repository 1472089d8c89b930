"""Letters set as one PDF by typst, from data alone: the same letters always give the same bytes.

Typst keeps what it has computed, about a megabyte for each letter. So some dozens at a time are set in a
process of their own, and put together after; a fault of the typesetter does not take the worker along.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "messages" / "letter.typ"
TOGETHER = 50
# Fifty letters take two seconds; one of thousands of invoices may take its time.
PATIENCE_SECONDS = 300
# A typesetter that fails at more letters than these is itself at fault.
MOST_FAULTS = 20

# What the other process does. It is told nothing but where the template lies, and gets the data as its input.
_SET = """
import sys, typst
data = sys.stdin.buffer.read().decode()
pdf = typst.compile(
    open(sys.argv[1], "rb").read(), format="pdf", sys_inputs={"data": data}, timestamp=0, pdf_tags=False
)
sys.stdout.buffer.write(pdf)
"""


class NotTypeset(Exception):
    """The typesetter failed at these letters; its words say how."""


@dataclass(frozen=True, slots=True)
class Typeset:
    """A PDF, how many letters are in it, and how many pages; blank backs count."""

    pdf: bytes
    letters: int
    pages: int

    @property
    def sha256(self) -> str:
        """The SHA-256 of the PDF."""
        return sha256(self.pdf).hexdigest()


def typeset(
    letters: Sequence[Mapping[str, Any]], *, title: str, before_each: Callable[[], None] = lambda: None
) -> Typeset:
    """Return the letters as one PDF, each from the front of a sheet. Raises NotTypeset.

    `before_each` is called before each piece of it is set, which may take up to `PATIENCE_SECONDS`.
    """
    writer = PdfWriter()
    for some in _by_dozens(letters):
        before_each()
        if len(writer.pages) % 2:
            writer.add_blank_page()
        writer.append(PdfReader(BytesIO(_set(some, title))))
    # Printers that can are asked to print on both sides.
    writer.create_viewer_preferences()[NameObject("/Duplex")] = NameObject("/DuplexFlipLongEdge")
    writer.metadata = {"/Title": title}
    made = BytesIO()
    writer.write(made)
    return Typeset(made.getvalue(), len(letters), len(writer.pages))


def faults(
    letters: Sequence[Mapping[str, Any]], *, before_each: Callable[[], None] = lambda: None
) -> dict[int, str]:
    """Return the typesetter's words about each letter that it fails at, by its place; found by halving.

    `before_each` is called before each try. Raises NotTypeset at more than `MOST_FAULTS` letters: then it is
    about no letter in particular.
    """
    found: dict[int, str] = {}
    left = list(letters)
    pieces = [(start, left[start : start + TOGETHER]) for start in range(0, len(left), TOGETHER)]
    while pieces:
        start, some = pieces.pop()
        before_each()
        try:
            _set(some, "")
        except NotTypeset as error:
            if len(some) == 1:
                found[start] = str(error) or type(error).__name__
                if len(found) > MOST_FAULTS:
                    raise
                continue
            half = len(some) // 2
            pieces += [(start, some[:half]), (start + half, some[half:])]
    return found


def _by_dozens(letters: Iterable[Mapping[str, Any]]) -> Iterable[list[Mapping[str, Any]]]:
    left = iter(letters)
    while some := list(islice(left, TOGETHER)):
        yield some


def _set(letters: Sequence[Mapping[str, Any]], title: str) -> bytes:
    data = json.dumps({"title": title, "letters": list(letters)})
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _SET, str(TEMPLATE)],
            input=data.encode(),
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()
        raise NotTypeset(last[-1] if last else f"exit {error.returncode}") from error
    except subprocess.TimeoutExpired as error:
        raise NotTypeset(f"more than {PATIENCE_SECONDS} seconds") from error
    return done.stdout
