"""`portal member`: the first administrator of a fresh installation, and what an operator may do later."""

import os
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from core import tenancy
from core.database import db
from core.members.models import Member
from messaging.models import Message
from tests import factories
from tests.reactions.conftest import counter_of
from tests.visitor import Visitor


@pytest.fixture
def portal(run: Callable[..., Result]) -> Callable[..., Result]:
    """The command `portal member`."""
    return lambda *words: run("member", *words)


@pytest.fixture
def voltwerk(app: Flask) -> str:
    """The public id of an organisation without a member."""
    with app.app_context():
        owner = factories.organisation()
        db.session.commit()
        return owner.public_id


def test_a_fresh_installation_has_no_account(app: Flask, session: object) -> None:
    with tenancy.everywhere():
        assert db.session.query(Member).count() == 0


def test_the_first_administrator_is_invited_by_command(
    app: Flask, portal: Callable[..., Result], voltwerk: str
) -> None:
    done = portal(
        "add", voltwerk, "Ada@voltwerk.example", "Ada Visser", "--role", "administrator", "--show-link"
    )
    assert done.exit_code == 0, done.output
    assert "https://pay.voltwerk.example/desk/invitation/" in done.output
    with app.app_context(), tenancy.everywhere():
        assert db.session.query(Message).one().event == "member_invited"
    assert portal("list", voltwerk).output == "ada@voltwerk.example\tAda Visser\tadministrator\tinvited\n"


def test_the_printed_link_opens_the_form(
    make_app: Callable[..., Flask], portal: Callable[..., Result], voltwerk: str
) -> None:
    link = portal("add", voltwerk, "ada@voltwerk.example", "Ada", "--show-link").output.split()[-1]
    installed = Visitor(
        make_app(public_url="https://pay.voltwerk.example", secret_keys=(os.environ["PORTAL_SECRET_KEYS"],))
    )
    page = installed.open(link.removeprefix("https://pay.voltwerk.example"))
    assert page.submit({"password": "zeven droge laarzen", "again": "zeven droge laarzen"}).status == 200
    assert portal("list", voltwerk).output.endswith("\tactive\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nowhere", "ada@voltwerk.example", "Ada"), "does not exist"),
        (("add", "HERE", "no address", "Ada"), "not an e-mail address"),
        (("disable", "HERE", "nobody@voltwerk.example"), "does not exist"),
    ],
)
def test_what_is_refused_is_said_in_words(
    portal: Callable[..., Result], voltwerk: str, words: tuple[str, ...], said: str
) -> None:
    done = portal(*(voltwerk if word == "HERE" else word for word in words))
    assert done.exit_code == 1
    assert said in done.output


def test_a_member_is_disabled_and_enabled_but_not_the_last_administrator(
    portal: Callable[..., Result], voltwerk: str
) -> None:
    portal("add", voltwerk, "ada@voltwerk.example", "Ada", "--role", "administrator")
    portal("add", voltwerk, "bob@voltwerk.example", "Bob")
    assert "only administrator" in portal("disable", voltwerk, "ada@voltwerk.example").output
    assert portal("disable", voltwerk, "bob@voltwerk.example").exit_code == 0
    assert "bob@voltwerk.example\tBob\tagent\tdisabled" in portal("list", voltwerk).output
    assert portal("enable", voltwerk, "bob@voltwerk.example").exit_code == 0
    assert "disabled" not in portal("list", voltwerk).output


def test_who_disables_somebody_reads_how_many_actions_they_leave_behind(
    app: Flask, portal: Callable[..., Result]
) -> None:
    with app.app_context():
        counter = counter_of()
        action = counter.action_of(counter.react("complaint"))
        with counter.scope():
            action.assignee_id = counter.member.id
            db.session.commit()
        where = (counter.organisation.public_id, counter.member.email)
    told = "Open actions of theirs: 1. The inbox shows them under Not assigned."
    assert told in portal("disable", *where).output
