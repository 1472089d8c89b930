"""The five languages by turns: pages each in another one cost no more than all of them in one."""

from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import TypeVar

from flask import Flask
from sqlalchemy import update

from core import tenancy
from core.database import db
from core.members.models import Member
from core.transaction import writing
from core.web.languages import LOCALES
from links.models import Visit

LANGUAGES = tuple(LOCALES)
Thing = TypeVar("Thing")


def in_turns(things: Iterable[Thing], *, begin: int = 0) -> Iterator[tuple[Thing, str]]:
    """Yield each of them with a language, beginning with the one that has this number."""
    return zip(things, islice(cycle(LANGUAGES), begin, None), strict=False)


def speak(app: Flask, language: str) -> None:
    """Let pages be in this language for who is signed in; of a stranger the browser says what they speak."""
    with app.app_context(), tenancy.everywhere(), writing():
        for speaker in (Member, Visit):
            db.session.execute(update(speaker).values(language=language))
