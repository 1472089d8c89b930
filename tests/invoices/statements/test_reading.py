"""Statements read from every format into the same lines, and files that are not read."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from core.refusals import Refusal
from invoices.importing.refusals import FileTooLarge
from invoices.statements import refusals
from invoices.statements.bank_files import MOST_BYTES
from invoices.statements.formats import StatementFormat
from invoices.statements.reading import read_statements
from invoices.statements.room import MOST_LINES
from invoices.statements.shapes import Line, Statement
from tests.invoices.statements.made import (
    ACCOUNT,
    PAYER,
    Paid,
    camt,
    camt_of,
    camt_statement,
    coda,
    mt940,
)

TODAY = date(2026, 11, 18)
OGM = "090933755493"
VERSIONS = ("02", "03", "04", "05", "06", "07", "08")


def read(content: bytes) -> list[Statement]:
    return list(read_statements(content, today=TODAY, currency="EUR"))


def lines(content: bytes) -> tuple[Line, ...]:
    (statement,) = read(content)
    return statement.lines


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_camt_053_says_the_same(version: str) -> None:
    (statement,) = read(
        camt(
            Paid(125_000, text="Factuur 2026/1001", end_to_end_id="E2E-7", bank_reference="B-1"),
            Paid(-4_200, text="Kosten", name="De bank"),
            version=version,
        )
    )
    assert (statement.format, statement.account, statement.number) == (
        StatementFormat.CAMT053,
        ACCOUNT,
        "2026221",
    )
    assert (statement.opening, statement.closing) == (100_000, 220_800)
    assert statement.lines[0] == Line(
        booked_on=date(2026, 11, 17),
        amount=125_000,
        currency="EUR",
        name="J van Dijk",
        iban=PAYER,
        remittance="Factuur 2026/1001",
        end_to_end_id="E2E-7",
        bank_reference="B-1",
    )
    assert (statement.lines[1].amount, statement.lines[1].name) == (-4_200, "De bank")


@pytest.mark.parametrize("write", [camt, mt940, coda])
def test_a_structured_reference_is_kept_apart_from_text(write: Callable[..., bytes]) -> None:
    said, told = lines(write(Paid(5_000, reference=OGM), Paid(6_000, text="RE 2026/1001 DANKE")))
    assert (said.reference, said.remittance, said.amount) == (OGM, "", 5_000)
    assert (told.reference, told.remittance, told.amount) == ("", "RE 2026/1001 DANKE", 6_000)
    assert (told.name, told.iban) == ("J van Dijk", PAYER)


@pytest.mark.parametrize("version", ["02", "08"])
def test_each_payment_of_a_batch_in_camt_is_a_line(version: str) -> None:
    parts = (Paid(1_000, text="A", end_to_end_id="1"), Paid(2_500, text="B", name="Q", end_to_end_id="2"))
    found = lines(camt(Paid(3_500, batch=parts), version=version))
    assert [(one.amount, one.remittance, one.end_to_end_id) for one in found] == [
        (1_000, "A", "1"),
        (2_500, "B", "2"),
    ]


def test_each_payment_of_a_total_in_coda_is_a_line() -> None:
    parts = (Paid(1_000, text="A"), Paid(2_500, reference=OGM, name="Q"))
    found = lines(coda(Paid(3_500, batch=parts, name="", iban="")))
    assert [(one.amount, one.remittance, one.reference) for one in found] == [
        (1_000, "A", ""),
        (2_500, "", OGM),
    ]


def test_a_batch_whose_payments_do_not_make_its_amount_stays_one_line() -> None:
    parts = (Paid(1_000, text="A"), Paid(2_500, text="B"))
    (line,) = lines(camt(Paid(3_400, batch=parts)))
    assert (line.amount, line.remittance, line.name) == (3_400, "A B", "")


def test_what_is_pending_is_not_there_yet() -> None:
    assert lines(camt(Paid(1_000, status="PDNG"), Paid(500)))[0].amount == 500


@pytest.mark.parametrize("write", [camt, mt940, coda])
def test_money_that_went_back_is_a_reversal_and_went_out(write: Callable[..., bytes]) -> None:
    back, plain = lines(write(Paid(-5_000, reversal=True), Paid(-700)))
    assert (back.amount, back.is_reversal) == (-5_000, True)
    assert (plain.amount, plain.is_reversal) == (-700, False)


@pytest.mark.parametrize("write", [camt, mt940, coda])
def test_money_of_ours_that_came_back_is_a_reversal_and_came_in(write: Callable[..., bytes]) -> None:
    back, plain = lines(write(Paid(5_000, reversal=True), Paid(700)))
    assert (back.amount, back.is_reversal) == (5_000, True)
    assert (plain.amount, plain.is_reversal) == (700, False)


def test_a_bank_that_only_says_why_money_came_back_says_that_it_did() -> None:
    because = b"<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
    assert lines(camt(Paid(5_000)).replace(b"</TxDtls>", because))[0].is_reversal
    assert lines(mt940(Paid(5_000)).replace(b":86:", b":86:/RTRN/AC04//"))[0].is_reversal


def test_several_statements_stand_in_one_file_and_the_same_one_counts_once() -> None:
    first = camt_statement(Paid(100), number="1")
    second = camt_statement(Paid(200), number="2", opening=100_100)
    assert [one.number for one in read(camt_of(first, second, first))] == ["1", "2"]
    assert [one.number for one in read(mt940(Paid(100)) + mt940(Paid(200), number="222/1"))] == [
        "221/1",
        "222/1",
    ]
    assert [one.number for one in read(coda(Paid(100)) + coda(Paid(200), number="222"))] == ["221", "222"]


def test_german_banks_number_the_parts_of_tag_86() -> None:
    content = (
        ":20:STARTUMS\n:25:DE89370400440532013000\n:28C:5/1\n:60F:C261116EUR100,00\n"
        ":61:2611171117C50,00NTRFNONREF//BR1\n"
        ":86:166?00GUTSCHRIFT?20EREF+E2E-1?21SVWZ+RE 2026/1001 DANKE?30COBADEFF\n"
        "?31DE02120300000000202051?32MUSTER ANNA\n:62F:C261117EUR150,00\n-\n"
    )
    (line,) = lines(content.encode())
    assert (line.name, line.iban) == ("MUSTER ANNA", "DE02120300000000202051")
    assert (line.remittance, line.end_to_end_id) == ("RE 2026/1001 DANKE", "E2E-1")


def test_free_words_in_tag_86_are_kept_as_they_are() -> None:
    content = re.sub(
        rb":86:.*", b":86:NL53INGB0654422370 J van Dijk\r\nfactuur 2026/1001", mt940(Paid(5_000))
    )
    assert lines(content)[0].remittance == "NL53INGB0654422370 J van Dijk factuur 2026/1001"


def test_letters_of_western_windows_are_read() -> None:
    assert lines(coda(Paid(100, text="Façade", name="Zoë")))[0].name == "Zoë"
    assert lines(mt940(Paid(100, name="Zoë")).decode().encode("cp1252"))[0].name == "Zoë"


CAMT, MT940, CODA = camt(Paid(100)), mt940(Paid(100)), coda(Paid(100))
DTD = b'<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE Document SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", refusals.NotAStatement),
        (b"Klantnummer;Naam\n1;Visser\n", refusals.NotAStatement),
        (b"PK\x03\x04 a workbook", refusals.NotAStatement),
        (b"%PDF-1.7\n", refusals.NotAStatement),
        (b"/etc/passwd", refusals.NotAStatement),
        (b"<html><body>Sign in</body></html>", refusals.NotAStatement),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", refusals.NotAStatement),
        (camt_of(message="camt.053"), refusals.NotAStatement),
        (camt_of(camt_statement(Paid(100)), message="camt.052"), refusals.AnotherMessage),
        (camt_of(message="pain.001"), refusals.AnotherMessage),
        (CAMT[:-60], refusals.StatementCutOff),
        (CAMT.replace(b"<Id><IBAN>", b"<Id><IBAN><"), refusals.StatementBroken),
        (CAMT.replace(b"CLBD", b"CLAV"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b">1.005<"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b">NaN<"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b">1e400<"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b">1E+999999<"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b">1E+2<"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b">-1.00<"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b"><"), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", "> ١٢ <".encode()), refusals.StatementBroken),
        (CAMT.replace(b">1.00<", b">1" + b"0" * 18 + b"<"), refusals.StatementBroken),
        (CAMT.replace(b"<BookgDt><Dt>2026-11-17", b"<BookgDt><Dt>17-11-2026"), refusals.StatementBroken),
        (CAMT.replace(b"?>\n", b"?>\n" + DTD), refusals.StatementUnsafe),
        (CAMT.replace(b"?>\n", b"?>\n" + OUTSIDE), refusals.StatementUnsafe),
        (camt(Paid(100), closing=100_000), refusals.StatementDoesNotAddUp),
        (camt(Paid(100, currency="USD")), refusals.CurrencyMixed),
        (camt(Paid(100, currency="XTS"), currency="XTS"), refusals.CurrencyUnknown),
        (camt(Paid(100, on=date(2026, 11, 19))), refusals.StatementInFuture),
        (CAMT.replace(b"2026-11-17</Dt></Dt></Bal><Ntry>", b"2026-11-20</Dt></Dt></Bal><Ntry>"),
         refusals.StatementEndsInFuture),
        (MT940.replace(b":62F:C261117", b":62F:C270617"), refusals.StatementEndsInFuture),
        (CODA.replace(b"1000171126 ", b"1000201126 "), refusals.StatementEndsInFuture),
        (MT940[: MT940.index(b":62F:")], refusals.StatementCutOff),
        (MT940[: MT940.index(b":25:")], refusals.StatementCutOff),
        (MT940.replace(b"C1,00NTRF", b"C2,00NTRF"), refusals.StatementDoesNotAddUp),
        (MT940.replace(b"C1,00NTRF", b"maybe"), refusals.StatementBroken),
        (MT940.replace(b"C1,00NTRF", b"C1E+999999NTRF"), refusals.StatementBroken),
        (MT940.replace(b"C1,00NTRF", "C١,00NTRF".encode()), refusals.StatementBroken),
        (MT940.replace(b"C1,00NTRF", b"C1,,0NTRF"), refusals.StatementBroken),
        (MT940.replace(b"C1,00NTRF", b"C1,005NTRF"), refusals.StatementBroken),
        (MT940.replace(b"EUR1000,00", b"EUR1E+999999"), refusals.StatementBroken),
        (MT940.replace(b"EUR1000,00", b"EUR" + b"9" * 16), refusals.StatementBroken),
        (MT940.replace(b":62F:C261117EUR", b":62F:C261117USD"), refusals.CurrencyMixed),
        (CODA[: CODA.index(b"\r\n9") + 2], refusals.StatementCutOff),
        (coda(Paid(100), closing=7), refusals.StatementDoesNotAddUp),
        (CODA.replace(b" 000005", b" 000006"), refusals.StatementDoesNotAddUp),
        (CODA.replace(b"\r\n8", b"\r\n7"), refusals.StatementBroken),
        (CODA.replace(b"0" + b"100".zfill(14) + b"0", b"01E+999999".ljust(16)), refusals.StatementBroken),
    ],
)  # fmt: skip
def test_what_is_no_whole_statement_is_refused_by_name(content: bytes, refused: type[Refusal]) -> None:
    with pytest.raises(refused) as found:
        read(content)
    assert "%(" not in str(found.value)


@pytest.mark.parametrize("write", [camt, mt940, coda])
def test_where_the_day_begins_earlier_a_statement_may_be_of_tomorrow(write: Callable[..., bytes]) -> None:
    (statement,) = read_statements(
        write(Paid(100, on=date(2026, 11, 16))), today=date(2026, 11, 16), currency="EUR"
    )
    assert statement.closed_on == date(2026, 11, 17)


def test_a_file_may_have_ten_megabytes_and_not_a_byte_more() -> None:
    with pytest.raises(refusals.NotAStatement):
        read(b"x" * MOST_BYTES)
    with pytest.raises(FileTooLarge):
        read(b"x" * (MOST_BYTES + 1))


def test_a_file_may_have_so_many_lines_and_not_one_more() -> None:
    assert len(lines(mt940(*[Paid(100)] * MOST_LINES))) == MOST_LINES
    with pytest.raises(refusals.TooManyLines):
        read(mt940(*[Paid(100)] * (MOST_LINES + 1)))


def test_no_part_of_a_file_is_taken_for_the_name_of_another_file(tmp_path: object) -> None:
    with pytest.raises(refusals.NotAStatement):
        read(f"{tmp_path}".encode())
