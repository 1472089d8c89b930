"""The crowded organisation, which tests of every page lean on."""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.database import db
from tests.crowd import Crowd


def test_there_is_something_in_every_table(app: Flask, crowd: Crowd) -> None:
    with app.app_context(), tenancy.everywhere():
        empty = [
            table.name
            for table in db.metadata.sorted_tables
            if db.session.execute(select(table).limit(1)).first() is None
        ]
    assert empty == [], "tests/crowd.py writes something into every table."


def test_there_are_two_hundred_canaries_and_all_are_in_the_database(app: Flask, crowd: Crowd) -> None:
    with app.app_context(), tenancy.everywhere():
        everything = " ".join(_values())
    assert len(crowd.canaries.made) >= 200
    assert crowd.canaries.found_in(everything) == crowd.canaries.made


def test_a_canary_is_found_however_it_is_written(crowd: Crowd) -> None:
    mobile = crowd.canaries.mobile()
    spaced = f"06 {mobile[4:8]} {mobile[8:]}"
    assert crowd.canaries.found_in(f"<td>{spaced}</td>") == {mobile}
    word = crowd.canaries.word()
    assert crowd.canaries.found_in(word.upper()) == {word}
    assert crowd.canaries.found_in("nothing") == set()


def _values() -> Iterator[str]:
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            yield from map(str, row)
