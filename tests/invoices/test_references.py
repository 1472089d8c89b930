"""Payment references: the published examples, and what a wrong digit does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.references import (
    Reference,
    ReferenceImpossible,
    Standard,
    betalingskenmerk,
    compact,
    kid_mod10,
    kid_mod11,
    ogm,
    references_in,
    rf,
    standards_of,
)

PRINTED = ["232/0991/21446", "212/0853/90625", "191/0655/80753", "191/0652/86622", "232/0991/37210"]


def digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


@pytest.mark.parametrize(
    ("base", "printed"),
    [
        ("1234567890", "+++123/4567/89002+++"),
        ("0000000097", "+++000/0000/09797+++"),
        ("97", "+++000/0000/09797+++"),
        ("123456789", "+++012/3456/78939+++"),
    ],
)
def test_a_belgian_communication_ends_with_the_rest_after_97(base: str, printed: str) -> None:
    assert ogm(base) == printed
    assert Standard.OGM in standards_of(printed)


@pytest.mark.parametrize("printed", PRINTED)
def test_communications_from_real_letters_are_right(printed: str) -> None:
    for written in (printed, f"+++{printed}+++", f"***{printed}***", printed.replace("/", " ")):
        assert Standard.OGM in standards_of(written)


def test_the_sample_that_is_often_printed_is_wrong() -> None:
    assert Standard.OGM not in standards_of("+++123/4567/89012+++")


def test_the_creditor_reference_of_the_standard() -> None:
    assert rf("539007547034") == "RF18539007547034"
    assert standards_of("rf18 5390 0754 7034") == {Standard.RF}
    assert Standard.RF not in standards_of("RF19539007547034")


def test_a_creditor_reference_may_have_letters_but_no_more_than_21_signs() -> None:
    assert standards_of(rf("ABC" * 7)) == {Standard.RF}
    for impossible in ("", "A" * 22, "Ä1", "A(1)"):
        with pytest.raises(ReferenceImpossible):
            rf(impossible)


def test_check_digits_outside_02_to_98_are_no_creditor_reference() -> None:
    """The sum of RF00 is the same as that of RF97, but no issuer writes it."""
    base = next(str(number) for number in range(1000) if rf(str(number)).startswith("RF97"))
    assert standards_of(f"RF97{base}") == {Standard.RF}
    assert standards_of(f"RF00{base}") == frozenset()


def test_norwegian_references_by_both_rules() -> None:
    assert kid_mod10("60224") == "602243"
    assert Standard.KID_MOD10 in standards_of("602243")
    # Account numbers have the same check digit: 1234 56 78903 is the usual specimen.
    assert kid_mod11("1234567890") == "12345678903"
    # Ten is written as a stroke.
    assert kid_mod11("6") == "6-"
    assert standards_of("6-") == {Standard.KID_MOD11}


def test_a_norwegian_reference_has_2_to_25_signs() -> None:
    assert len(kid_mod10("1" * 24)) == 25
    for impossible in ("", "1" * 25, "12a"):
        with pytest.raises(ReferenceImpossible):
            kid_mod10(impossible)
        with pytest.raises(ReferenceImpossible):
            kid_mod11(impossible)


@pytest.mark.parametrize(
    ("base", "printed"),
    [
        ("000056789012345", "5000056789012345"),
        ("234534622567", "12234534622567"),
    ],
)
def test_dutch_references_of_the_association_of_payments(base: str, printed: str) -> None:
    assert betalingskenmerk(base) == printed
    assert Standard.BETALINGSKENMERK in standards_of(printed)


@pytest.mark.parametrize(("length", "whole"), [(7, 9), (8, 10), (9, 11), (10, 12), (11, 13), (12, 14)])
def test_a_dutch_reference_says_its_length(length: int, whole: int) -> None:
    printed = betalingskenmerk("1" * length)
    assert len(printed) == whole
    assert printed[1] == str(length % 10)
    assert Standard.BETALINGSKENMERK in standards_of(printed)
    other = str((int(printed[1]) + 1) % 10)
    assert Standard.BETALINGSKENMERK not in standards_of(printed[0] + other + printed[2:])


def test_lengths_no_dutch_reference_has() -> None:
    assert len(betalingskenmerk("1" * 13)) == 16
    for impossible in ("1" * 6, "1" * 16):
        with pytest.raises(ReferenceImpossible):
            betalingskenmerk(impossible)
    for length in (6, 8, 15, 17):
        assert Standard.BETALINGSKENMERK not in standards_of("0" * length)
    assert Standard.BETALINGSKENMERK in standards_of("1234567")


def test_references_are_found_in_what_people_write() -> None:
    found = references_in("Factuur 12, +++232/0991/21446+++ en RF18 5390 0754 7034 BEDANKT")
    assert Reference(Standard.OGM, "232099121446") in found
    assert Reference(Standard.RF, "RF18539007547034") in found
    assert references_in("KID 602243") == (Reference(Standard.KID_MOD10, "602243"),)
    assert references_in("bedankt") == references_in("") == ()


def test_a_communication_keeps_its_name_however_it_is_written() -> None:
    assert {compact(f"+++{PRINTED[0]}+++"), compact("232 0991 21446")} == {"232099121446"}
    assert compact("6-") == "6-"


@given(digits(1, 10), st.integers(0, 99))
def test_a_belgian_communication_checks_with_one_end_only(base: str, end: int) -> None:
    plain = compact(ogm(base))
    is_right = Standard.OGM in standards_of(f"{plain[:10]}{end:02}")
    assert is_right == (plain[10:] == f"{end:02}")
    assert Standard.OGM in standards_of(plain)


@given(digits(1, 24), st.integers(0, 23), st.integers(1, 9))
def test_one_wrong_digit_spoils_a_norwegian_reference(base: str, place: int, change: int) -> None:
    place %= len(base)
    wrong = base[:place] + str((int(base[place]) + change) % 10) + base[place + 1 :]
    for make, standard in ((kid_mod10, Standard.KID_MOD10), (kid_mod11, Standard.KID_MOD11)):
        printed = make(base)
        assert standard in standards_of(printed)
        assert standard not in standards_of(wrong + printed[-1])


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    for reference in references_in(text):
        assert reference.standard in standards_of(reference.compact)
