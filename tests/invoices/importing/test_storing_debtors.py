"""Debtors and how to reach them, stored from files: who they are told apart by, and what may change."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import tenancy
from core.database import db
from invoices.importing.kinds import FileKind
from invoices.importing.storing import Tally
from invoices.models import Channel, ContactPoint, Debtor, DebtorKind
from tests import factories
from tests.factories import NOW
from tests.invoices.importing.imported import HEADER, LINE, Importer, lines

LATER = NOW + timedelta(days=1)
DEBTORS = "Klantnummer;Bedrijfsnaam;Naam;Voornaam;Achternaam;E-mail;GSM;Taal"


def debtors(importer: Importer) -> dict[str, Debtor]:
    with tenancy.scope(importer.owner.id):
        return {one.customer_number: one for one in db.session.scalars(select(Debtor).order_by(Debtor.id))}


def contacts(importer: Importer) -> list[tuple[Channel, str]]:
    with tenancy.scope(importer.owner.id):
        found = db.session.scalars(select(ContactPoint).order_by(ContactPoint.channel, ContactPoint.value))
        return [(one.channel, one.value) for one in found]


def store(importer: Importer, *rows: str, header: str = DEBTORS, **more: object) -> Tally:
    return importer.store(lines(*rows, header=header), FileKind.DEBTORS, **more).debtors  # type: ignore[arg-type]


def test_a_person_and_a_company_are_stored(importer: Importer) -> None:
    added = store(
        importer,
        "1;;;Sanne;Visser;sanne@mail.example;06 12345678;FR",
        "2;Bakkerij De Vlijt;An Peeters;;;;;",
    )
    assert added == Tally(new=2)
    person, company = debtors(importer).values()
    assert (person.kind, person.name, person.sort_name, person.language) == (
        DebtorKind.PERSON,
        "Sanne Visser",
        "visser sanne",
        "fr",
    )
    assert (company.kind, company.name, company.attention_of, company.language) == (
        DebtorKind.COMPANY,
        "Bakkerij De Vlijt",
        "An Peeters",
        "nl",
    )
    assert contacts(importer) == [(Channel.EMAIL, "sanne@mail.example"), (Channel.SMS, "+31612345678")]


def test_a_debtor_without_any_name_is_shown_by_number(importer: Importer) -> None:
    store(importer, "0379-NEVHP", header="Klantnummer")
    assert debtors(importer)["0379-NEVHP"].name == "0379-NEVHP"


def test_an_empty_cell_takes_nothing_away(importer: Importer) -> None:
    store(importer, "1;;;Sanne;Visser;sanne@mail.example;;FR")
    assert store(importer, "1;;;;;;;", now=LATER) == Tally(same=1)
    assert (debtors(importer)["1"].name, len(contacts(importer))) == ("Sanne Visser", 1)


def test_contacts_are_added_and_never_taken_away(importer: Importer) -> None:
    store(importer, "1;;;Sanne;Visser;sanne@mail.example;;")
    store(importer, "1;;;Sanne;Visser;visser@mail.example;;", now=LATER)
    store(importer, "1;;;Sanne;Visser;visser@mail.example;;", now=LATER)
    assert contacts(importer) == [
        (Channel.EMAIL, "sanne@mail.example"),
        (Channel.EMAIL, "visser@mail.example"),
    ]


def test_an_address_in_other_capitals_is_no_other_contact(importer: Importer) -> None:
    store(importer, "1;;;Sanne;Visser;sanne@mail.example;;")
    two = lines(
        "1;;;Sanne;Visser;Sanne@mail.example;;",
        "2;;;An;Bos;AN@mail.example;;",
        "2;;;An;Bos;an@mail.example;;",
        header=DEBTORS,
    )
    assert importer.store(two, FileKind.DEBTORS, now=LATER).contacts == 1
    kept = [value for _, value in contacts(importer)]
    assert "sanne@mail.example" in kept
    assert len(kept) == 2


def test_one_number_in_two_columns_is_one_contact(importer: Importer) -> None:
    store(importer, "1;0612345678;0612345678;0201234567", header="Klantnummer;GSM;Tel;Vaste lijn")
    assert contacts(importer) == [(Channel.SMS, "+31612345678")]


def test_a_new_name_is_found_by_its_new_name(importer: Importer) -> None:
    store(importer, "1;;;Sanne;Visser;;;")
    assert store(importer, "1;;;Sanne;Émond;;;", now=LATER) == Tally(changed=1)
    assert (debtors(importer)["1"].sort_name, debtors(importer)["1"].updated_at) == ("emond sanne", LATER)


def test_a_whole_name_in_one_cell_does_not_stand_beside_a_first_name(importer: Importer) -> None:
    store(importer, "1;;;Sanne;Visser;;;")
    assert store(importer, "1;;Sanne Visser;;;;;", now=LATER) == Tally(same=1)
    assert debtors(importer)["1"].name == "Sanne Visser"


def test_a_whole_name_in_one_cell_can_be_corrected(importer: Importer) -> None:
    store(importer, "1;;Sanne Visscher;;;;;")
    assert store(importer, "1;;Sanne Visser;;;;;", now=LATER) == Tally(changed=1)
    assert debtors(importer)["1"].name == "Sanne Visser"


def test_a_company_is_renamed_by_a_column_of_names(importer: Importer) -> None:
    store(importer, "2;De Vlijt;;;;;;")
    store(importer, "2;De Vlijt en Zoon", header="Klantnummer;Naam", now=LATER)
    company = debtors(importer)["2"]
    assert (company.kind, company.name, company.sort_name) == (
        DebtorKind.COMPANY,
        "De Vlijt en Zoon",
        "de vlijt en zoon",
    )


def test_who_was_a_person_stays_one_unless_the_file_says_otherwise(importer: Importer) -> None:
    with tenancy.scope(importer.owner.id):
        factories.debtor(importer.owner, customer_number="1", first_name="", last_name="Visser")
        db.session.commit()
    store(importer, "1;Visser Advies;;;;;;", now=LATER)
    assert (debtors(importer)["1"].kind, debtors(importer)["1"].name) == (DebtorKind.PERSON, "Visser")
    store(importer, "1;ja;Visser Advies", header="Klantnummer;B2B;Bedrijfsnaam", now=LATER)
    assert (debtors(importer)["1"].kind, debtors(importer)["1"].name) == (DebtorKind.COMPANY, "Visser Advies")


def test_a_company_needs_a_name(importer: Importer) -> None:
    text = lines("1;ja;", header="Klantnummer;B2B;Bedrijfsnaam")
    assert importer.wrong(text, FileKind.DEBTORS) == [(2, "Fill in the name of the company.", "")]


def test_a_whole_name_that_does_not_fit_is_a_problem(importer: Importer) -> None:
    name = "x" * 81
    text = lines(f"1;;{name};;;;;", header=DEBTORS)
    assert importer.wrong(text, FileKind.DEBTORS) == [
        (2, "This text is too long. It may have %(most)s characters.", name)
    ]


def test_of_several_rows_about_one_debtor_the_fullest_counts_and_among_equals_the_last(
    importer: Importer,
) -> None:
    counts = store(
        importer,
        "1;Sanne;Visser;Dorpsstraat;1;nl",
        "1;;Visser;;;fr",
        "1;Sanne;de Visser;Kerkstraat;2;nl",
        header="Klantnummer;Voornaam;Achternaam;Straat;Huisnummer;Taal",
    )
    assert counts == Tally(new=1)
    found = debtors(importer)["1"]
    assert (found.last_name, found.street, found.house_number) == ("de Visser", "Kerkstraat", "2")


NAMELESS = HEADER.replace("Klantnummer;", "")


def invoice_of(name: str, email: str, number: str) -> str:
    return f"{name};{email};{number};14-08-2026;13-09-2026;10,00"


def test_without_a_customer_number_the_same_person_is_found_again(importer: Importer) -> None:
    one = invoice_of("Jan Jansen", "jan@mail.example", "1")
    importer.store(lines(one, header=NAMELESS))
    counts = importer.store(lines(one, invoice_of("JAN JANSEN", "Jan@MAIL.example", "2"), header=NAMELESS))
    assert (counts.debtors.new, counts.invoices) == (0, Tally(new=1, same=1))
    (number,) = debtors(importer)
    assert number.startswith("N-")


def test_two_people_of_one_name_are_never_taken_for_one(importer: Importer) -> None:
    importer.store(
        lines(
            invoice_of("Jan Jansen", "jan@mail.example", "1"),
            invoice_of("Jan Jansen", "jansen@mail.example", "2"),
            header=NAMELESS,
        )
    )
    assert len(debtors(importer)) == 2


def test_nobody_named_is_a_problem(importer: Importer) -> None:
    assert importer.wrong(lines(invoice_of("", "", "1"), header=NAMELESS))[0][0] == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_rows_about_one_debtor_add_them_once(importer: Importer, rows: int) -> None:
    text = lines(*(LINE.replace("2026/098", f"2026/{number}") for number in range(rows)))
    counts = importer.store(text)
    assert (counts.debtors, counts.contacts, counts.invoices) == (Tally(new=1), 1, Tally(new=rows))
