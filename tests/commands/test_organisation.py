"""`portal organisation`: tenants added with settings that hold, or refused in words."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from dunning.models import DunningPolicy
from reactions.models import ReactionType


@pytest.fixture
def portal(run: Callable[..., Result]) -> Callable[..., Result]:
    """The command `portal organisation`."""
    return lambda *words: run("organisation", *words)


def test_an_organisation_begins_with_types_and_a_policy(app: Flask, portal: Callable[..., Result]) -> None:
    added = portal("add", "Voltwerk", "--language", "fr", "--country", "BE", "--zone", "Europe/Brussels")
    assert added.exit_code == 0, added.output
    assert portal("list").output == added.output
    with app.app_context(), tenancy.everywhere():
        founded = db.session.scalars(select(Organisation)).one()
        assert added.output == f"{founded.public_id}  Voltwerk\n"
        assert (founded.language, founded.country, founded.currency) == ("fr", "BE", "EUR")
        assert db.session.scalars(select(ReactionType)).all()
        assert db.session.scalars(select(DunningPolicy)).one().is_default


def test_every_setting_that_cannot_be_is_named_and_nothing_is_stored(
    app: Flask, portal: Callable[..., Result]
) -> None:
    refused = portal("add", " ", "--zone", "Europe/Amsterdm", "--currency", "eur", "--country", "nl")
    assert refused.exit_code == 1
    for setting in ("name: Fill this in.", "zone: Choose one", "currency: Choose one", "country: Choose one"):
        assert setting in refused.output
    with app.app_context(), tenancy.everywhere():
        assert db.session.scalars(select(Organisation)).all() == []
