"""`portal organisation`: tenants added with settings that hold, or refused in words."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.audit import AuditEvent
from core.database import db
from core.organisations.models import Organisation
from dunning.models import DunningPolicy
from reactions.forwarding.models import ForwardingTarget
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


def test_reactions_are_forwarded_to_an_address_until_it_is_stopped(
    app: Flask, portal: Callable[..., Result]
) -> None:
    name = portal("add", "Voltwerk").output.split()[0]
    begun = portal("forward", name, "https://credit.example/reactions")
    assert begun.exit_code == 0, begun.output
    with app.app_context(), tenancy.everywhere():
        target = db.session.scalars(select(ForwardingTarget)).one()
        assert begun.output == f"Key: {target.secret}\n"
        assert target.url == "https://credit.example/reactions"
        db.session.rollback()
    stopped = portal("forward", name, "--stop")
    assert stopped.output == "Stopped. Given up: 0\n"
    with app.app_context(), tenancy.everywhere():
        assert db.session.scalars(select(ForwardingTarget)).all() == []
        told = db.session.scalars(select(AuditEvent.what).order_by(AuditEvent.id)).all()
    assert [what for what in told if what.startswith("forwarding.")] == [
        "forwarding.begun",
        "forwarding.ended",
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("http://credit.example/",), 1, "Give an address that begins with https://"),
        ((), 2, "Give an address, or --stop."),
        (("https://credit.example/", "--stop"), 2, "Give an address, or --stop."),
    ],
)
def test_what_cannot_be_forwarded_to_is_refused_in_words(
    app: Flask, portal: Callable[..., Result], words: tuple[str, ...], status: int, said: str
) -> None:
    name = portal("add", "Voltwerk").output.split()[0]
    refused = portal("forward", name, *words)
    assert (refused.exit_code, said in refused.output) == (status, True)
    assert portal("forward", "nobody", "https://credit.example/").exit_code == 1
    with app.app_context(), tenancy.everywhere():
        assert db.session.scalars(select(ForwardingTarget)).all() == []
