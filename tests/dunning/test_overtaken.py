"""What came in between for letters that lie printed: the gate before printing, asked again."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.database import db
from dunning.models import DunningStage, StageChannel
from invoices.models import Debtor, Invoice
from invoices.pauses import end_pause, pause
from links.models import AccessLink
from links.operations import revoke
from links.queries import revoked_among
from messaging.models import Message
from messaging.overtaken import overtaken
from tests.dunning.conftest import FRIDAY, Office, days
from tests.dunning.press import Press

HOME: dict[str, Any] = {
    "street": "Dorpsstraat",
    "house_number": "12",
    "postcode": "1234 AB",
    "city": "Utrecht",
}
Change = Callable[[Office, Debtor, Invoice], None]


@pytest.fixture
def press(app: Flask, tmp_path: Path) -> Press:
    """A worker that makes PDFs."""
    return Press(app, tmp_path)


@pytest.fixture
def printing(office: Office) -> Office:
    """An office whose reminders are letters."""
    db.session.execute(
        update(DunningStage)
        .where(DunningStage.policy_id == office.policy.id)
        .values(channel=StageChannel.LETTER)
    )
    db.session.expire_all()
    return office


def printed(office: Office, press: Press) -> tuple[Debtor, Invoice]:
    """Print two letters; return whom the second one is to, and one of the two invoices in it."""
    office.invoice(office.debtor(**HOME))
    bram = office.debtor(**HOME)
    office.invoice(bram)
    invoice = office.invoice(bram)
    office.run()
    press.print(FRIDAY)
    return bram, invoice


def found(office: Office, press: Press, now: datetime = FRIDAY) -> dict[int, str]:
    """Return why which letters are not to be posted any more."""

    def revoked(link_ids: Collection[int]) -> Collection[int]:
        return revoked_among(organisation_id=office.organisation.id, link_ids=link_ids)

    db.session.commit()
    return overtaken(batch=press.batch(), revoked_among=revoked, now=now)


def let_wait(office: Office, debtor: Debtor) -> None:
    pause(
        organisation=office.organisation,
        debtor_id=debtor.id,
        reason="died",
        ends_on=FRIDAY.date() + days(9),
        member_id=office.agent.id,
        now=FRIDAY,
    )


def wait(office: Office, debtor: Debtor, _invoice: Invoice) -> None:
    let_wait(office, debtor)


def object_to(office: Office, _debtor: Debtor, invoice: Invoice) -> None:
    office.hold_off(invoice.id)


def settle(_office: Office, _debtor: Debtor, invoice: Invoice) -> None:
    invoice.amount_open = 0


def withdraw(_office: Office, _debtor: Debtor, invoice: Invoice) -> None:
    invoice.withdrawn_at, invoice.amount_open = FRIDAY, 0


def move(_office: Office, debtor: Debtor, _invoice: Invoice, **where: str) -> None:
    for name, value in where.items():
        setattr(debtor, name, value)


def take_back_link(_office: Office, debtor: Debtor, _invoice: Invoice) -> None:
    link = db.session.scalars(select(AccessLink).where(AccessLink.debtor_id == debtor.id)).one()
    revoke(link=link, reason="by hand", now=FRIDAY)


def test_nothing_came_in_between_when_nothing_did(printing: Office, press: Press) -> None:
    printed(printing, press)
    assert found(printing, press, FRIDAY + days(40)) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (wait, "paused"),
        (object_to, "exempt"),
        (settle, "settled"),
        (withdraw, "withdrawn"),
        (partial(move, city=""), "no_address"),
        (partial(move, street="Nieuwstraat"), "contact_changed"),
        (take_back_link, "link_ended"),
    ],
)
def test_a_letter_is_to_be_taken_out_after(
    printing: Office, press: Press, change: Change, reason: str
) -> None:
    bram, invoice = printed(printing, press)
    change(printing, bram, invoice)
    assert found(printing, press) == {2: reason}


def test_a_letter_may_go_again_once_the_pause_is_over(printing: Office, press: Press) -> None:
    bram, _ = printed(printing, press)
    let_wait(printing, bram)
    assert found(printing, press, FRIDAY + days(8)) == {2: "paused"}
    assert found(printing, press, FRIDAY + days(9)) == {}
    end_pause(organisation=printing.organisation, debtor_id=bram.id, member_id=printing.agent.id, now=FRIDAY)
    assert found(printing, press) == {}


def test_a_letter_that_is_no_reminder_goes_out_in_a_pause(printing: Office, press: Press) -> None:
    bram, invoice = printed(printing, press)
    db.session.execute(update(Message).where(Message.debtor_id == bram.id).values(is_collection=False))
    let_wait(printing, bram)
    printing.hold_off(invoice.id)
    assert found(printing, press) == {}


def test_a_letter_that_was_kept_back_before_is_not_named_again(printing: Office, press: Press) -> None:
    sanne, bram = (printing.debtor(**HOME) for _ in range(2))
    for debtor in (sanne, bram):
        printing.invoice(debtor)
    printing.run()
    let_wait(printing, bram)
    db.session.commit()
    press.print(FRIDAY)
    assert press.batch().letters == 1
    assert found(printing, press) == {}
