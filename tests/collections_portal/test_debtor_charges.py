"""Costs and interest as whoever owes them sees them: named apart, in the sum, and in the transfer."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from collections_portal.debtor.rows import ADDED
from core import clock
from core.database import db
from core.money import Money
from core.web import languages
from core.web.sentences import gettext
from messaging.charge_models import Charge, ChargeEnd
from messaging.charge_words import told
from messaging.charges import Asked
from messaging.models import Message, MessageState
from tests.charges import charged
from tests.collections_portal.conftest import Guest


def add(guest: Guest, *, amount: int = 18750) -> None:
    """Let a reminder that was sent add costs to the first invoice."""
    with guest.room():
        charged(guest.invoices[0], clock.now(), amount)


def test_costs_are_named_apart_and_stand_in_the_sum(guest: Guest) -> None:
    before = guest.enter().words
    assert "Collection costs" not in before
    add(guest)
    page = guest.browser.open("/invoices")
    for words in ("Collection costs €187.50", "€1,437.50", "Invoice amount €1,250.00"):
        assert words in page.words, words
    assert "143750" in {box.get("data-minor") for box in page.root.iter("input")}


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", "Incassokosten"), ("fr", "Frais de recouvrement"), ("de", "Inkassokosten"), ("nb", "Inkasso")],
)
def test_costs_have_a_name_in_every_language(
    make_guest: Callable[..., Guest], language: str, words: str
) -> None:
    guest = make_guest(language=language)
    add(guest)
    assert words in guest.enter().words


def test_the_list_says_that_vat_is_in_an_amount_only_where_it_is(guest: Guest) -> None:
    add(guest)
    assert "VAT" not in guest.enter().words
    with guest.room():
        charged(guest.invoices[1], clock.now(), 5445, has_vat=True)
    words = guest.browser.open("/invoices").words
    assert "Collection costs €187.50" in words
    assert "Collection costs (incl. VAT) €54.45" in words


def test_the_transfer_is_of_all_that_is_asked(guest: Guest) -> None:
    guest.enter()
    add(guest)
    page = guest.choose(guest.invoices[0], button="Pay")
    assert "1437.50" in {button.get("data-copy") for button in page.root.iter("button")}
    assert "€1,437.50" in page.words


@pytest.mark.parametrize("state", [MessageState.NEW, MessageState.BOUNCED, MessageState.UNKNOWN])
def test_what_has_not_certainly_left_is_not_asked(guest: Guest, state: MessageState) -> None:
    guest.enter()
    add(guest)
    with guest.room():
        db.session.execute(
            update(Message).where(Message.event == "reminder_3").values(state=state, sent_at=None)
        )
    assert "Collection costs" not in guest.browser.open("/invoices").words


def test_what_was_let_go_is_not_asked(guest: Guest) -> None:
    guest.enter()
    add(guest)
    ended = {"ended_at": clock.now(), "end_reason": ChargeEnd.LET_GO, "ended_by_id": guest.member.id}
    with guest.room():
        db.session.execute(update(Charge).values(**ended))
    assert "Collection costs" not in guest.browser.open("/invoices").words


def test_nobody_sees_the_costs_of_another(make_guest: Callable[..., Guest]) -> None:
    mine, theirs = make_guest(), make_guest()
    add(theirs)
    assert "Collection costs" not in mine.enter().words


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en", "nb"])
def test_a_message_calls_what_reminders_add_as_the_page_does(app: Flask, language: str) -> None:
    until = date(2026, 11, 18)
    asked = [Asked(1, 1, kind, 100, "EUR", until, has_vat) for kind in ADDED for has_vat in (False, True)]
    lines = told(owed=[Money(5000, "EUR")], asked=asked, language=language).splitlines()[1:-1]
    with app.test_request_context("/"):
        languages.speak(language)
        names = {gettext(name) for name in ADDED.values()}
        names |= {gettext("%(what)s (incl. VAT)", what=name) for name in names}
    assert {line.rpartition(":")[0].strip() for line in lines} == names
