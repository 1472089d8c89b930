"""Which invoices an amount pays, and when nobody can be sure."""

from datetime import date, timedelta
from typing import Any

import pytest

from invoices.statements.matching import Incoming, Match, OpenInvoice, OpenInvoices, Share, match

OGM = "+++090/9337/55493+++"
SANNE, BAKERY = 1, 2


def invoice(id: int = 1, **changes: Any) -> OpenInvoice:  # noqa: A002 - it is the invoice's id
    values: dict[str, Any] = {
        "id": id,
        "debtor_id": SANNE,
        "debtor_name": "Sanne Visser",
        "number": f"2026/{1000 + id}",
        "reference": "",
        "currency": "EUR",
        "amount_open": 125_000,
        "due_on": date(2026, 10, 1) + timedelta(days=id),
    }
    return OpenInvoice(**(values | changes))


def pays(*invoices: OpenInvoice, payer_of: set[int] | None = None, **said: Any) -> Match:
    values: dict[str, Any] = {"amount": 125_000, "currency": "EUR"}
    return match(Incoming(**(values | said)), invoices=OpenInvoices(invoices), payer_of=payer_of or set())


def sure(*shares: tuple[int, int]) -> Match:
    return Match(tuple(Share(*each) for each in shares), is_sure=True)


def unsure(*shares: tuple[int, int]) -> Match:
    return Match(tuple(Share(*each) for each in shares))


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (OGM, "090933755493"),
        ("090933755493", OGM),
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("12345678903", "12345678903"),
        ("9001 1234 1234 1234", "9001123412341234"),
    ],
    ids=["OGM", "OGM as printed", "RF", "KID", "betalingskenmerk"],
)
def test_a_structured_reference_is_sure_however_it_is_written(reference: str, said: str) -> None:
    one, other = invoice(1, reference=reference), invoice(2)
    assert pays(one, other, reference=said) == sure((1, 125_000))
    assert pays(one, other, text=f"Betaling {said} bedankt") == sure((1, 125_000))


def test_a_reference_spoken_in_groups_is_found() -> None:
    assert pays(invoice(reference=OGM), text="mededeling 090 9337 55493") == sure((1, 125_000))


@pytest.mark.parametrize(
    "text",
    [
        "2026/1001",
        "Factuur 2026/1001, dank",
        "fact.nr: 2026-1001",
        "RE 2026 1001",
        "nr20261001",
        "factuur 002026/1001",
    ],
)
def test_an_invoice_number_in_the_text_is_sure_when_the_amount_fits(text: str) -> None:
    assert pays(invoice(1), invoice(2), text=text) == sure((1, 125_000))


def test_a_number_is_found_without_the_zeros_it_begins_with() -> None:
    assert pays(invoice(number="00045123"), text="factuur 45123") == sure((1, 125_000))
    assert pays(invoice(number="45123"), text="factuur 00045123") == sure((1, 125_000))


def test_a_short_number_is_sure_only_from_an_account_that_paid_for_its_debtor_before() -> None:
    # Three digits may as well be a house number or a flat, and a contribution is the same for all members.
    said: dict[str, Any] = {"text": "factuur 451"}
    assert pays(invoice(number="000451"), **said) == unsure((1, 125_000))
    assert pays(invoice(number="451"), text="factuur 000451", payer_of={BAKERY}) == unsure((1, 125_000))
    assert pays(invoice(number="451"), **said, name="S. Visser") == unsure((1, 125_000))
    assert pays(invoice(number="451"), **said, payer_of={SANNE}) == sure((1, 125_000))
    both = invoice(1, number="451", amount_open=100_000), invoice(2, number="452", amount_open=25_000)
    assert pays(*both, text="451 en 452") == unsure((1, 100_000), (2, 25_000))
    assert pays(*both, text="451 en 452", payer_of={SANNE}) == sure((1, 100_000), (2, 25_000))


def test_a_year_in_the_text_books_nothing_on_a_stranger_whose_invoice_is_called_so() -> None:
    strangers = invoice(1, number="2026", amount_open=2_995)
    own = invoice(2, number="2027", amount_open=2_995, debtor_id=BAKERY, debtor_name="Jan Smit")
    said: dict[str, Any] = {"text": "contributie 2026", "amount": 2_995, "name": "J. Smit"}
    assert not pays(strangers, own, **said).is_sure
    assert not pays(strangers, own, **said, payer_of={BAKERY}).is_sure


def test_a_short_number_is_not_sure_while_the_payer_owes_the_same_amount_elsewhere() -> None:
    named, equal = invoice(1, number="2026", amount_open=2_995), invoice(2, amount_open=2_995)
    said: dict[str, Any] = {"text": "contributie 2026", "amount": 2_995}
    assert pays(named, equal, **said, payer_of={SANNE}) == unsure((1, 2_995))
    elsewhere = invoice(2, amount_open=2_995, debtor_id=BAKERY)
    assert pays(named, elsewhere, **said, payer_of={SANNE, BAKERY}) == unsure((1, 2_995))
    parts = invoice(2, amount_open=2_000), invoice(3, amount_open=995)
    assert pays(named, *parts, **said, payer_of={SANNE}) == unsure((1, 2_995))
    assert pays(named, invoice(2, amount_open=3_000), **said, payer_of={SANNE}) == sure((1, 2_995))


def test_a_long_number_of_a_stranger_is_not_sure_while_the_payer_owes_the_same_amount() -> None:
    # Five digits are a postcode in some countries. From the debtor's own account they are a number.
    named, own = invoice(1, number="10115"), invoice(2, debtor_id=BAKERY)
    said: dict[str, Any] = {"text": "Beitrag, 10115 Berlin"}
    assert pays(named, own, **said) == sure((1, 125_000))
    assert pays(named, own, **said, payer_of={BAKERY}) == unsure((1, 125_000))
    assert pays(named, own, **said, payer_of={SANNE, BAKERY}) == sure((1, 125_000))


@pytest.mark.parametrize("text", ["12026/10019", "2026/100", "x", "", "2026"])
def test_a_number_inside_another_one_is_not_meant(text: str) -> None:
    assert pays(invoice(), text=text) == Match()


def test_two_digits_are_no_invoice_number() -> None:
    assert pays(invoice(number="98"), text="flat 98") == Match()


def test_several_numbers_are_sure_when_together_they_make_the_amount() -> None:
    both = invoice(1, amount_open=100_000), invoice(2, amount_open=25_000)
    assert pays(*both, invoice(3), text="2026/1001 en 2026/1002") == sure((1, 100_000), (2, 25_000))
    assert pays(*both, text="2026/1001 2026/1002", amount=110_000) == unsure((1, 100_000), (2, 10_000))


def test_a_part_is_sure_by_reference() -> None:
    assert pays(invoice(reference=OGM), reference=OGM, amount=5_000) == sure((1, 5_000))


def test_a_part_is_sure_by_a_reference_without_check_digits_only_from_a_known_payer() -> None:
    own = invoice(reference="KL-000451")
    said: dict[str, Any] = {"reference": "KL000451"}
    assert pays(own, **said) == sure((1, 125_000))
    assert pays(own, **said, amount=5_000) == unsure((1, 5_000))
    assert pays(own, **said, amount=5_000, payer_of={SANNE}) == sure((1, 5_000))


@pytest.mark.parametrize("wrong", ["+++090/9337/55494+++", "RF19 5390 0754 7034"])
def test_a_reference_with_wrong_check_digits_is_no_sure_match(wrong: str) -> None:
    assert pays(invoice(reference=wrong), reference=wrong, payer_of={SANNE}) == unsure((1, 125_000))
    assert pays(invoice(), reference=wrong, text="2026/1001") == unsure((1, 125_000))
    assert pays(invoice(reference=wrong), text="2026/1001") == sure((1, 125_000))


def test_a_part_is_sure_by_number_only_from_a_known_payer() -> None:
    said: dict[str, Any] = {"text": "2026/1001", "amount": 5_000}
    assert pays(invoice(), **said) == unsure((1, 5_000))
    assert pays(invoice(), **said, name="S. Visser") == sure((1, 5_000))
    assert pays(invoice(), **said, payer_of={SANNE}) == sure((1, 5_000))
    assert pays(invoice(), **said, payer_of={BAKERY}, name="S. de Vries") == unsure((1, 5_000))


def test_what_is_paid_too_much_is_left_over() -> None:
    assert pays(invoice(reference=OGM), reference=OGM, amount=130_000) == sure((1, 125_000))


def test_the_same_number_of_two_debtors_is_for_a_person() -> None:
    one, other = invoice(1), invoice(2, number="2026/1001", debtor_id=BAKERY, amount_open=500)
    assert pays(one, other, text="2026/1001") == unsure((1, 125_000))
    assert not pays(one, other, text="2026/1001", amount=300).is_sure


def test_one_reference_on_two_invoices_is_sure_only_for_both_together() -> None:
    both = invoice(1, reference=OGM), invoice(2, reference=OGM)
    assert pays(*both, reference=OGM, amount=250_000) == sure((1, 125_000), (2, 125_000))
    assert pays(*both, reference=OGM) == unsure((1, 125_000))


def test_a_known_account_pays_one_invoice_or_all_of_them() -> None:
    mine = invoice(1), invoice(2, amount_open=2_000), invoice(3, amount_open=700)
    others = invoice(4, debtor_id=BAKERY, amount_open=2_700)
    assert pays(*mine, others, payer_of={SANNE}, amount=2_000) == sure((2, 2_000))
    assert pays(*mine, others, payer_of={SANNE}, amount=2_700 + 125_000).is_sure
    assert pays(*mine, others, amount=2_700) == Match()


def test_some_invoices_of_a_known_account_are_only_suggested() -> None:
    mine = invoice(1), invoice(2, amount_open=2_000), invoice(3, amount_open=700)
    assert pays(*mine, payer_of={SANNE}, amount=2_700) == unsure((2, 2_000), (3, 700))
    assert pays(*mine, invoice(4, amount_open=2_700), payer_of={SANNE}, amount=2_700) == unsure((4, 2_700))


@pytest.mark.parametrize("said", [
    {"text": "factuur 2026/9999"},
    {"text": "fact 12-34"},
    {"text": "klant 771"},
    {"reference": "090933755494"},
    {"reference": "RF19HUUR"},
])  # fmt: skip
def test_a_known_account_that_names_something_we_do_not_know_is_for_a_person(said: dict[str, str]) -> None:
    assert pays(invoice(), payer_of={SANNE}) == sure((1, 125_000))
    assert pays(invoice(), payer_of={SANNE}, **said) == unsure((1, 125_000))


def test_what_the_payers_bank_numbers_names_no_invoice() -> None:
    assert pays(invoice(), payer_of={SANNE}, text="huur", end_to_end_id="20261117-0815") == sure((1, 125_000))


def test_an_account_that_paid_for_two_debtors_is_for_a_person() -> None:
    assert pays(invoice(), payer_of={SANNE, BAKERY}) == unsure((1, 125_000))


def test_two_sets_that_make_the_amount_are_for_a_person() -> None:
    twins = invoice(1), invoice(2)
    assert pays(*twins, payer_of={SANNE}) == unsure((1, 125_000))
    assert not pays(invoice(1), invoice(2, debtor_id=BAKERY), payer_of={SANNE, BAKERY}).is_sure


def test_an_amount_that_fits_nothing_of_a_known_payer_is_suggested_oldest_first() -> None:
    assert pays(invoice(2), invoice(1), payer_of={SANNE}, amount=130_000) == unsure((1, 125_000), (2, 5_000))


def test_very_many_invoices_are_not_tried_in_every_combination() -> None:
    many = [invoice(number, amount_open=100 + number) for number in range(1, 40)]
    assert pays(*many, payer_of={SANNE}, amount=sum(one.amount_open for one in many)).is_sure
    assert pays(*many, payer_of={SANNE}, amount=102) == sure((2, 102))
    assert not pays(*many, payer_of={SANNE}, amount=101 + 102).is_sure


def test_another_currency_pays_nothing() -> None:
    assert pays(invoice(reference=OGM, currency="NOK"), reference=OGM) == Match()


def test_a_settled_invoice_is_not_paid_again() -> None:
    assert pays(invoice(reference=OGM, amount_open=0), reference=OGM) == Match()
