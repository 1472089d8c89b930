"""Credit notes of files, stored on the invoices they credit."""

from datetime import timedelta

from sqlalchemy import select

from core import tenancy
from core.database import db
from invoices import operations as by_hand
from invoices.importing.choices import Existing
from invoices.importing.storing import Tally
from invoices.models import CreditNote, Invoice
from tests.factories import NOW
from tests.invoices.importing.imported import Importer, lines

LATER = NOW + timedelta(days=1)
HEADER = "Klantnummer;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Gecrediteerde factuur"
OPEN_HEADER = f"{HEADER};Openstaand"
INVOICE = "20418;100;14-08-2026;13-09-2026;100,00;"
NOTE = "20418;C1;20-08-2026;20-08-2026;-40,00;100"


def file(*rows: str, header: str = HEADER) -> str:
    return lines(*rows, header=header)


def balance(importer: Importer) -> tuple[int, int]:
    with tenancy.scope(importer.owner.id):
        invoice = db.session.scalars(select(Invoice)).one()
        return invoice.amount_open, invoice.amount_settled_elsewhere


def notes(importer: Importer) -> list[tuple[str, int]]:
    with tenancy.scope(importer.owner.id):
        return [(one.number, one.amount) for one in db.session.scalars(select(CreditNote))]


def test_a_credit_note_in_the_file_of_its_invoice_lowers_what_is_open(importer: Importer) -> None:
    counts = importer.store(file(NOTE, INVOICE))
    assert (counts.invoices, counts.credit_notes) == (Tally(new=1), Tally(new=1))
    assert (notes(importer), balance(importer)) == ([("C1", 4000)], (6000, 0))


def test_the_same_file_again_counts_the_credit_note_once(importer: Importer) -> None:
    importer.store(file(INVOICE, NOTE))
    counts = importer.store(file(INVOICE, NOTE), now=LATER)
    assert (counts.invoices, counts.credit_notes) == (Tally(same=1), Tally(same=1))
    assert balance(importer) == (6000, 0)


def test_a_credit_note_for_an_invoice_that_is_there(importer: Importer) -> None:
    importer.store(file(INVOICE))
    importer.store(file(NOTE), now=LATER)
    assert balance(importer) == (6000, 0)


def test_an_open_amount_that_counts_the_credit_note_already_counts_it_once(importer: Importer) -> None:
    text = file(f"{INVOICE};60,00", f"{NOTE};", header=OPEN_HEADER)
    importer.store(text)
    assert balance(importer) == (6000, 0)
    assert importer.store(text, now=LATER).invoices == Tally(same=1)


def test_what_was_settled_elsewhere_makes_room_for_the_credit_note_that_explains_it(
    importer: Importer,
) -> None:
    importer.store(file(f"{INVOICE};20,00", header=OPEN_HEADER))
    assert balance(importer) == (2000, 8000)
    importer.store(file(NOTE), now=LATER)
    assert balance(importer) == (0, 6000)


def test_another_amount_of_a_known_credit_note_changes_it(importer: Importer) -> None:
    importer.store(file(INVOICE, NOTE))
    assert importer.store(file(NOTE.replace("40", "30")), now=LATER).credit_notes == Tally(changed=1)
    assert (notes(importer), balance(importer)) == ([("C1", 3000)], (7000, 0))


def test_a_credit_note_of_the_whole_amount_settles_its_invoice(importer: Importer) -> None:
    importer.store(file(INVOICE))
    importer.store(file(NOTE.replace("40", "100")), now=LATER)
    assert balance(importer) == (0, 0)
    assert len(importer.settled) == 1


def test_a_credit_note_for_an_unknown_invoice_is_a_problem(importer: Importer) -> None:
    assert importer.wrong(file(NOTE)) == [(2, "The invoice that is credited is not known.", "100")]


def test_the_same_credit_note_twice_in_a_file_is_a_problem(importer: Importer) -> None:
    assert importer.wrong(file(INVOICE, NOTE, NOTE)) == [
        (4, "This credit note stands in the file twice.", "C1")
    ]


def test_a_credit_note_that_is_there_is_refused_when_that_was_chosen(importer: Importer) -> None:
    importer.store(file(INVOICE, NOTE))
    assert importer.wrong(file(NOTE), existing=Existing.REFUSE) == [
        (2, "This credit note is already there.", "C1")
    ]


def test_more_credit_than_the_invoice_has_left_is_a_problem_of_each_row(importer: Importer) -> None:
    importer.store(file(INVOICE))
    with tenancy.scope(importer.owner.id):
        by_hand.record_payment(
            organisation_id=importer.owner.id,
            invoice_id=db.session.scalars(select(Invoice.id)).one(),
            amount=3000,
            paid_on=NOW.date(),
            reference="",
            now=NOW,
            today=NOW.date(),
        )
        db.session.commit()
    assert importer.wrong(file(NOTE.replace("40", "70"))) == []
    wrong = importer.wrong(file(NOTE, NOTE.replace("C1", "C2")))
    assert [row for row, _, _ in wrong] == [2, 3]
