"""A place with a portal in it, and an empty one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import machine
from tests.backups.places import Place, empty_place
from tests.databases import Addresses, Database


@pytest.fixture
def here(database: Database, addresses: Addresses, tmp_path: Path) -> Place:
    """The place on this test's database, migrated and without a row."""
    if database.kind == "postgresql":
        machine.need("clients")
    (tmp_path / "var").mkdir()
    return Place(addresses.application, addresses.owner, tmp_path / "var")


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path) -> Iterator[Place]:
    """An empty place with a database of the same kind."""
    with empty_place(database.kind, tmp_path / "elsewhere") as place:
        yield place
