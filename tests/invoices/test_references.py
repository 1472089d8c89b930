"""Payment references: the published examples, and what a wrong digit does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.references import is_checked, is_misspelt, key_of, number_key

PRINTED = ["232/0991/21446", "212/0853/90625", "191/0655/80753", "191/0652/86622", "232/0991/37210"]


@pytest.mark.parametrize("printed", [*PRINTED, "123/4567/89002", "000/0000/09797", "012/3456/78939"])
def test_a_belgian_communication_ends_with_the_rest_after_97(printed: str) -> None:
    for written in (printed, f"+++{printed}+++", f"***{printed}***", printed.replace("/", " ")):
        assert is_checked(written)
        assert not is_misspelt(written)


def test_the_sample_that_is_often_printed_is_wrong() -> None:
    assert not is_checked("+++123/4567/89012+++")
    assert is_misspelt("+++123/4567/89012+++")
    assert is_misspelt("123/4567/89012")


def test_the_creditor_reference_of_the_standard() -> None:
    assert is_checked("RF18539007547034")
    assert is_checked("rf18 5390 0754 7034")
    assert is_misspelt("RF19 5390 0754 7034")
    assert not is_checked("RF19539007547034")
    assert not is_checked("RF18" + "A" * 22)


def test_check_digits_outside_02_to_98_are_no_creditor_reference() -> None:
    """The sum of RF00 is the same as that of RF97, but no issuer writes it."""
    base = next(str(number) for number in range(1000) if is_checked(f"RF97{number}"))
    assert not is_checked(f"RF00{base}")


@pytest.mark.parametrize("right", ["602243", "12345678903", "6-", "1234 56 78903"])
def test_norwegian_references_are_right_by_either_rule(right: str) -> None:
    assert is_checked(right)
    assert not is_misspelt(right)


@pytest.mark.parametrize("right", ["5000056789012345", "12234534622567", "5000 0567 8901 2345"])
def test_dutch_references_of_the_association_of_payments(right: str) -> None:
    assert is_checked(right)


@pytest.mark.parametrize(
    "plain", ["", "KL-000451", "2026/1001", "1234567", "12-34", "7", "RF", "+++1+++", "١٢٣٤٥٦٧٨٩٠٠٢"]
)
def test_what_follows_no_standard_is_neither_right_nor_wrong(plain: str) -> None:
    assert not is_checked(plain)
    assert not is_misspelt(plain)


def test_two_are_compared_without_what_people_leave_out() -> None:
    assert {key_of(f"+++{PRINTED[0]}+++"), key_of("232 0991 21446")} == {"232099121446"}
    assert number_key("000.452-a") == "452A"


@given(st.integers(0, 10**10 - 1), st.integers(0, 99))
def test_a_belgian_communication_checks_with_one_end_only(base: int, end: int) -> None:
    digits = f"{base:010}{end:02}"
    written = f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"
    assert is_misspelt(written) == (end != (base % 97 or 97))


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    assert not (is_checked(text) and is_misspelt(text))
