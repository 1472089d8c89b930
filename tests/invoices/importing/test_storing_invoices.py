"""Invoices with their debtors, stored from files: added, changed, refused, never doubled."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core import tenancy
from core.database import db
from invoices import operations as by_hand
from invoices.importing.choices import Existing
from invoices.importing.kinds import FileKind
from invoices.importing.operations import ProblemsLeft
from invoices.importing.storing import Tally
from invoices.models import ContactPoint, Debtor, Invoice
from tests import factories
from tests.factories import NOW
from tests.invoices.importing.imported import HEADER, LINE, Importer, lines

LATER = NOW + timedelta(days=1)
OPEN_HEADER = f"{HEADER};Openstaand"


def only_invoice(importer: Importer) -> Invoice:
    with tenancy.scope(importer.owner.id):
        return db.session.scalars(select(Invoice)).one()


def count(importer: Importer, kind: type[Invoice] | type[Debtor] | type[ContactPoint]) -> int:
    with tenancy.scope(importer.owner.id):
        return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_new_invoice_is_stored_with_its_debtor_and_how_to_reach_them(importer: Importer) -> None:
    counts = importer.store(lines(LINE))
    assert (counts.invoices, counts.debtors, counts.contacts) == (Tally(new=1), Tally(new=1), 1)
    invoice = only_invoice(importer)
    assert (invoice.number, invoice.invoiced_on, invoice.due_on) == (
        "2026/098",
        date(2026, 8, 14),
        date(2026, 9, 13),
    )
    assert (invoice.currency, invoice.amount, invoice.amount_open) == ("EUR", 348000, 348000)
    assert (invoice.creditor_id, invoice.created_at, len(invoice.public_id)) == (
        importer.creditor.id,
        NOW,
        12,
    )
    with tenancy.scope(importer.owner.id):
        debtor = db.session.get_one(Debtor, invoice.debtor_id)
        contact = db.session.scalars(select(ContactPoint)).one()
    assert (debtor.customer_number, debtor.name, debtor.sort_name, debtor.language) == (
        "20418",
        "De Vlijt",
        "de vlijt",
        "nl",
    )
    assert (contact.debtor_id, contact.value) == (debtor.id, "info@devlijt.example")


def test_the_same_file_again_changes_nothing(importer: Importer) -> None:
    importer.store(lines(LINE))
    counts = importer.store(lines(LINE), now=LATER)
    assert (counts.invoices, counts.debtors, counts.contacts) == (Tally(same=1), Tally(same=1), 0)
    assert only_invoice(importer).updated_at == NOW


def test_an_invoice_that_is_there_is_changed_and_not_doubled(importer: Importer) -> None:
    importer.store(lines(LINE))
    counts = importer.store(lines(LINE.replace("3.480,00", "3.500,00")), now=LATER)
    assert counts.invoices == Tally(changed=1)
    invoice = only_invoice(importer)
    assert (invoice.amount, invoice.amount_open, invoice.updated_at) == (350000, 350000, LATER)


def test_an_invoice_that_is_there_is_refused_when_that_was_chosen(importer: Importer) -> None:
    importer.store(lines(LINE))
    assert importer.wrong(lines(LINE), existing=Existing.REFUSE) == [
        (2, "This invoice is already there.", "2026/098")
    ]
    with pytest.raises(ProblemsLeft):
        importer.store(lines(LINE), existing=Existing.REFUSE)


def test_one_row_with_a_problem_keeps_all_rows_out(importer: Importer) -> None:
    with pytest.raises(ProblemsLeft):
        importer.store(lines(LINE, LINE.replace("2026/098", "2026/099").replace("3.480,00", "3.4.8")))
    assert (count(importer, Invoice), count(importer, Debtor)) == (0, 0)


def test_a_number_that_stands_twice_is_a_problem_of_the_second_row(importer: Importer) -> None:
    assert importer.wrong(lines(LINE, LINE)) == [
        (3, "This invoice number stands in the file twice.", "2026/098")
    ]


def test_an_unknown_creditor_is_a_problem(importer: Importer) -> None:
    text = lines(f"{LINE};Nobody", header=f"{HEADER};Crediteur")
    assert importer.wrong(text) == [
        (2, "We do not know this creditor. Use the code it has in the settings.", "Nobody")
    ]


@pytest.mark.parametrize("word", ["VW", "vw", "Voltwerk"])
def test_a_creditor_is_known_by_code_or_name(importer: Importer, word: str) -> None:
    importer.store(lines(f"{LINE};{word}", header=f"{HEADER};Crediteur"))
    assert only_invoice(importer).creditor_id == importer.creditor.id


def test_the_open_amount_of_a_file_counts(importer: Importer) -> None:
    importer.store(lines(f"{LINE};1.000,00", header=OPEN_HEADER))
    invoice = only_invoice(importer)
    assert (invoice.amount_open, invoice.amount_settled_elsewhere) == (100000, 248000)


def pay(importer: Importer, amount: int) -> None:
    with tenancy.scope(importer.owner.id):
        by_hand.record_payment(
            organisation_id=importer.owner.id,
            invoice_id=only_invoice(importer).id,
            amount=amount,
            paid_on=NOW.date(),
            reference="",
            now=NOW,
            today=NOW.date(),
        )
        db.session.commit()


@pytest.mark.parametrize(
    ("says", "is_open", "elsewhere"),
    [
        ("3.480,00", 248000, 0),  # The file does not know the payment yet.
        ("2.480,00", 248000, 0),  # It does.
        ("2.000,00", 200000, 48000),  # It knows more than we do.
        ("0,00", 0, 248000),
    ],
)
def test_a_payment_we_know_is_neither_undone_nor_counted_twice(
    importer: Importer, says: str, is_open: int, elsewhere: int
) -> None:
    importer.store(lines(f"{LINE};3.480,00", header=OPEN_HEADER))
    pay(importer, 100000)
    importer.store(lines(f"{LINE};{says}", header=OPEN_HEADER), now=LATER)
    invoice = only_invoice(importer)
    assert (invoice.amount_open, invoice.amount_settled_elsewhere) == (is_open, elsewhere)


def test_without_an_open_amount_in_the_file_what_was_settled_stays(importer: Importer) -> None:
    importer.store(lines(f"{LINE};1.000,00", header=OPEN_HEADER))
    importer.store(lines(LINE.replace("3.480", "3.500")), now=LATER)
    invoice = only_invoice(importer)
    assert (invoice.amount, invoice.amount_open, invoice.amount_settled_elsewhere) == (350000, 102000, 248000)


def test_an_amount_below_what_was_paid_is_a_problem(importer: Importer) -> None:
    importer.store(lines(LINE))
    pay(importer, 100000)
    assert importer.wrong(lines(LINE.replace("3.480", "999"))) == [
        (2, "More was paid or credited on this invoice than this amount.", "2026/098")
    ]


def test_another_currency_is_a_problem_once_something_was_paid(importer: Importer) -> None:
    importer.store(lines(LINE))
    assert importer.wrong(lines(LINE), fixed={"currency": "NOK"}) == []
    pay(importer, 100000)
    assert [row for row, _, _ in importer.wrong(lines(LINE), fixed={"currency": "NOK"})] == [2]


def test_an_invoice_that_drops_to_nothing_is_named_as_settled_once(importer: Importer) -> None:
    importer.store(lines(LINE))
    paid = lines(f"{LINE};0", header=OPEN_HEADER)
    importer.store(paid, now=LATER)
    assert importer.settled == [only_invoice(importer).id]
    importer.store(paid, now=LATER + timedelta(days=1))
    assert len(importer.settled) == 1


def test_an_invoice_never_moves_to_another_debtor(importer: Importer) -> None:
    importer.store(lines(LINE))
    assert importer.wrong(lines(LINE.replace("20418", "20419"))) == [
        (2, "This invoice is already there for another customer.", "20419")
    ]


def test_what_was_withdrawn_stays_withdrawn(importer: Importer) -> None:
    importer.store(lines(LINE))
    with tenancy.scope(importer.owner.id):
        by_hand.withdraw(organisation_id=importer.owner.id, invoice_id=only_invoice(importer).id, now=NOW)
        db.session.commit()
    counts = importer.store(lines(LINE.replace("3.480", "9.999")), now=LATER)
    assert counts.invoices == Tally(same=1)
    assert (only_invoice(importer).amount, only_invoice(importer).amount_open) == (348000, 0)


def test_an_empty_description_leaves_the_one_that_is_there(importer: Importer) -> None:
    header = f"{HEADER};Omschrijving"
    importer.store(lines(f"{LINE};Stroom", header=header))
    counts = importer.store(lines(f"{LINE};", header=header), now=LATER)
    assert counts.invoices == Tally(same=1)
    assert only_invoice(importer).description == "Stroom"


def test_invoices_of_another_organisation_are_neither_seen_nor_touched(
    importer: Importer, new_importer: Callable[[], Importer]
) -> None:
    elsewhere = new_importer()
    elsewhere.store(lines(LINE))
    counts = importer.store(lines(LINE.replace("3.480", "1.000")), now=LATER)
    assert (counts.invoices, counts.debtors, counts.contacts) == (Tally(new=1), Tally(new=1), 1)
    assert (only_invoice(elsewhere).amount, only_invoice(importer).amount) == (348000, 100000)


def test_invoices_alone_need_debtors_that_are_known(importer: Importer) -> None:
    text = lines("20418;7;14-08-2026;13-09-2026;10,00", header="Klantnr;Factuurnr;Datum;Vervaldatum;Bedrag")
    assert importer.wrong(text, FileKind.INVOICES) == [
        (2, "Nobody has this customer number. Import the debtors first.", "20418")
    ]
    with tenancy.scope(importer.owner.id):
        factories.debtor(importer.owner, customer_number="20418")
        db.session.commit()
    assert importer.store(text, FileKind.INVOICES).invoices == Tally(new=1)


def test_a_check_counts_what_storing_would_do_and_changes_nothing(importer: Importer) -> None:
    importer.store(lines(LINE))
    found = importer.check(
        lines(LINE.replace("3.480", "3.500"), LINE.replace("2026/098", "2026/099")), now=LATER
    )
    assert (found["rows"], found["rows_refused"], found["invoices"]) == (
        2,
        0,
        {"new": 1, "changed": 1, "same": 0},
    )
    assert found["preview"][0]["amount"] == 350000
    assert only_invoice(importer).amount == 348000
