"""How to pay: one transfer for what one transfer can pay, and a code only where banks read one."""

from datetime import date

import pytest
from sqlalchemy import update

from collections_portal.debtor.transfers import Transfer, transfers_for
from core.database import db
from core.organisations.models import Creditor
from reactions.queries.listed import ListedInvoice
from tests import factories
from tests.collections_portal.conftest import Guest

INVOICE = ListedInvoice(
    id=1,
    public_id="AAAAAAAAAAAA",
    number="2026/186",
    invoiced_on=date(2026, 9, 25),
    due_on=date(2026, 10, 25),
    currency="EUR",
    amount=125000,
    amount_open=125000,
    payment_reference="",
    creditor_id=1,
    creditor="Voltwerk",
    paid=0,
    paid_on=None,
    credited=0,
    is_exempt=False,
    reaction_public_id=None,
    label=None,
    type_key=None,
    reacted_at=None,
    answer_by=None,
    promised_on=None,
    state=None,
    close_reason=None,
    answer=None,
    closed_at=None,
)
SECOND = INVOICE._replace(id=2, number="2026/201", amount_open=100050)


def transfers(
    *invoices: ListedInvoice, iban: str = "NL02ABNA0123456789", name: str = "Voltwerk"
) -> list[Transfer]:
    creditors = {n: Creditor(id=n, name=name, account_name=name, iban=iban) for n in (1, 2)}
    return transfers_for(invoices, creditors)


def test_invoices_of_one_creditor_are_one_transfer() -> None:
    (transfer,) = transfers(INVOICE, SECOND)
    assert transfer.amount == 225050
    assert transfer.amount_copied == "2250.50"
    assert transfer.reference == "2026/186 2026/201"
    assert transfer.iban == "NL02 ABNA 0123 4567 89"
    assert "<svg" in str(transfer.qr)


def test_creditors_and_currencies_are_paid_apart() -> None:
    krone = SECOND._replace(currency="NOK")
    other = SECOND._replace(creditor_id=2)
    assert [transfer.amount for transfer in transfers(INVOICE, krone, other)] == [125000, 100050, 100050]


def test_an_invoice_with_its_own_reference_is_paid_alone() -> None:
    own = SECOND._replace(payment_reference="+++090/9337/55493+++")
    assert [transfer.reference for transfer in transfers(INVOICE, own)] == [
        "+++090/9337/55493+++",
        "2026/186",
    ]


def test_a_code_is_for_euros_only() -> None:
    (transfer,) = transfers(INVOICE._replace(currency="NOK"))
    assert transfer.qr is None
    assert transfer.iban


def test_an_account_that_the_settings_take_is_shown() -> None:
    """No list of a country's banks is asked, here as little as there."""
    (transfer,) = transfers(INVOICE, iban="BE68539007547034")
    assert transfer.iban == "BE68 5390 0754 7034"
    assert transfer.qr


def test_letters_that_leave_no_room_in_the_code_leave_the_words_of_the_transfer() -> None:
    wide = INVOICE._replace(payment_reference="請" * 140)
    (transfer,) = transfers(wide, name="電" * 70)
    assert transfer.qr is None
    assert (transfer.name, transfer.amount) == ("電" * 70, 125000)


@pytest.mark.parametrize("iban", ["", "NL03ABNA0123456789", "nonsense", "1234.56.78903"])
def test_an_account_that_does_not_check_out_is_not_shown(iban: str) -> None:
    (transfer,) = transfers(INVOICE, iban=iban)
    assert (transfer.iban, transfer.qr) == ("", None)


def test_more_numbers_than_fit_are_several_transfers() -> None:
    many = [INVOICE._replace(id=n, number=f"2026/{n:06}") for n in range(30)]
    found = transfers(*many)
    assert sum(transfer.amount for transfer in found) == 30 * 125000
    assert all(len(transfer.reference) <= 140 and transfer.qr for transfer in found)


def test_a_long_name_does_not_break_the_code() -> None:
    (transfer,) = transfers(INVOICE, name="Société des Énergies " * 6)
    assert transfer.qr is not None


def test_the_page_shows_what_to_transfer_and_asks_afterwards(guest: Guest) -> None:
    guest.enter()
    page = guest.choose(button="Pay")
    for words in (
        "€2,250.00",
        "NL91 ABNA 0417 1643 00",
        f"{guest.invoices[0].number} {guest.invoices[1].number}",
    ):
        assert words in page.words
    form = page.submit({}, button="I have made the transfer")
    assert form.form().values["type"] == ["paid"]
    assert len(form.form().values["invoice"]) == 2


def test_without_an_account_the_page_says_how_to_go_on(guest: Guest) -> None:
    with guest.room():
        db.session.execute(update(Creditor).values(iban=""))
    guest.enter()
    page = guest.choose(button="Pay")
    assert "We cannot show an account number here." in page.words
    assert "Account number" not in page.words


def test_two_creditors_are_two_transfers_on_the_page(guest: Guest) -> None:
    with guest.room():
        other = factories.creditor(guest.organisation, name="Zonwerk", account_name="Zonwerk")
        extra = factories.invoice(guest.debtor, other)
    guest.enter()
    page = guest.choose(guest.invoices[0], extra, button="Pay")
    assert "Transfer to Voltwerk" in page.words
    assert "Transfer to Zonwerk" in page.words


def test_without_a_choice_the_page_leads_back_to_the_list(guest: Guest) -> None:
    guest.enter()
    assert guest.browser.open("/pay").path == "/invoices"
    assert guest.browser.open("/react").path == "/invoices"
