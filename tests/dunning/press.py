"""The worker that makes PDFs of letters, and a reader of them, for tests."""

import json
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import typst
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from collections_portal.carriers import link_writer
from core.database import db
from messaging.letter_models import LetterBatch
from messaging.letter_shelf import LetterShelf, letter_shelf_in
from messaging.printing import print_due

_PAGES = """
#let pdf = bytes(json(bytes(sys.inputs.pdf)))
#set page(paper: "a4", margin: 0pt)
#image(pdf, format: "pdf", page: int(sys.inputs.page), width: 210mm, height: 297mm)
"""


@dataclass
class Press:
    """A worker, and the shelf that it puts its PDFs on."""

    app: Flask
    folder: Path

    @property
    def shelf(self) -> LetterShelf:
        """Where the PDFs lie."""
        return letter_shelf_in(self.folder)

    def print(self, now: datetime) -> int:
        """Make what waits, and return how many batches came to an end."""
        config = self.app.config["PORTAL"]
        return print_due(shelf=self.shelf, links_of=link_writer(config, lambda: now), clock=lambda: now)

    def batch(self) -> LetterBatch:
        """Return the one batch there is, as the database has it now."""
        found = select(LetterBatch).execution_options(populate_existing=True)
        return db.session.scalars(found).one()

    def pages(self) -> list[str]:
        """Return the words of each page of its PDF."""
        return words_of(self.shelf.read(self.batch()))


def words_of(pdf: bytes) -> list[str]:
    """Return the words of each page."""
    reader = PdfReader(BytesIO(pdf))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def picture_of(pdf: bytes, page: int, *, per_inch: float = 150) -> Image.Image:
    """Return a page as it looks, the first one is 1; typst draws it from the PDF."""
    inputs = {"pdf": json.dumps(list(pdf)), "page": str(page)}
    drawn = typst.compile(_PAGES.encode(), format="png", ppi=per_inch, sys_inputs=inputs)
    assert isinstance(drawn, bytes)
    return Image.open(BytesIO(drawn))


def code_on(pdf: bytes, page: int) -> str:
    """Return what a telephone's camera reads on a page."""
    (code,) = zxingcpp.read_barcodes(picture_of(pdf, page))
    return code.text
