"""Numbers of letters as people write them, and as the portal writes them back."""

import pytest

from messaging.pile import LettersNotInPile, NumbersUnreadable, as_written, numbers_in


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", set()),
        (" , ; ", set()),
        ("7", {7}),
        ("007", {7}),
        ("3, 12-15", {3, 12, 13, 14, 15}),
        ("3;1 2", {1, 2, 3}),
        ("2 – 4", {2, 3, 4}),
        ("5-5,5", {5}),
        ("20", {20}),
    ],
)
def test_numbers_are_read_however_they_stand_apart(typed: str, found: set[int]) -> None:
    assert numbers_in(typed, most=20) == found


@pytest.mark.parametrize(
    ("typed", "part"),
    [("3, seven", "seven"), ("5-3", "5-3"), ("-4", "-4"), ("1-2-3", "1-2-3"), ("1.5", "1.5")],
)
def test_what_is_no_number_is_said(typed: str, part: str) -> None:
    with pytest.raises(NumbersUnreadable, match=rf"This is not a number: {part}\."):
        numbers_in(typed, most=20)


@pytest.mark.parametrize("typed", ["21", "3-21", "1-999999999"])
def test_a_number_after_the_last_letter_is_refused_before_it_is_counted_up_to(typed: str) -> None:
    with pytest.raises(LettersNotInPile) as refused:
        numbers_in(f"1, {typed}", most=20)
    assert refused.value.values == {"numbers": typed}


@pytest.mark.parametrize(
    ("numbers", "written"),
    [((), ""), ((7,), "7"), ((4, 3), "3, 4"), ((9, 1, 2, 3), "1-3, 9"), ((1, 2, 4, 5, 6, 7), "1, 2, 4-7")],
)
def test_what_is_written_reads_the_same(numbers: tuple[int, ...], written: str) -> None:
    assert as_written(numbers) == written
    assert numbers_in(written, most=9) == set(numbers)
