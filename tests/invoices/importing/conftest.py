"""Organisations that import files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core import tenancy
from core.database import db
from tests import factories
from tests.invoices.importing.imported import Importer


@pytest.fixture
def new_importer(app: Flask, tmp_path: Path) -> Callable[[], Importer]:
    """Make organisations that import files."""

    def make() -> Importer:
        with tenancy.everywhere():
            owner = factories.organisation()
            creditor = factories.creditor(owner, code="VW", name="Voltwerk")
            db.session.commit()
        db.session.expunge_all()
        return Importer(app, owner, creditor, tmp_path)

    return make


@pytest.fixture
def importer(session: Any, new_importer: Callable[[], Importer]) -> Importer:
    """An organisation with one creditor, VW, that imports files."""
    return new_importer()
