"""Hours and holidays are rows of law: those that are shipped, and those that an operator adds."""

from datetime import date, time
from pathlib import Path

import pytest

from core.law.holidays import is_holiday
from core.law.hours import Hours, countries_of, hours_on
from core.law.rows import LawMisread, LawSilent
from core.law.shelf import book, shipped

CAREFUL = Hours(time(8), time(20))
DUTCH = Hours(time(7), time(20))
FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
HEAD = """
[[rows]]
id = "own.row"
segments = ["B2C", "B2B"]
status = "sure"
source = "A decree"
seen = "the gazette"
"""
EQUATED = 'rule = "holidays"\nkind = "equated"\nvalid_from = 2029-01-01\nvalid_to = 2029-12-31\n'


def folder(tmp_path: Path, country: str, row: str, head: str = HEAD) -> Path:
    """Return a folder of an operator's with this row for a country."""
    (tmp_path / f"{country}.toml").write_text(head + row)
    return tmp_path


def test_an_operator_adds_the_next_days_that_are_equated_with_holidays(tmp_path: Path) -> None:
    day = date(2029, 5, 11)
    assert not is_holiday(book=shipped(), country="NL", day=day)
    later = book(folder(tmp_path, "nl", EQUATED + "dates = [2029-05-11, 2030-05-31]"))
    assert is_holiday(book=later, country="NL", day=day)
    assert hours_on(book=later, country="NL", day=day) is None
    assert not is_holiday(book=later, country="NL", day=date(2030, 5, 31))
    assert is_holiday(book=later, country="NL", day=date(2026, 5, 15))
    assert is_holiday(book=later, country="NL", day=date(2029, 12, 25))
    assert not is_holiday(book=later, country="BE", day=day)


def test_days_that_two_rows_would_name_by_one_decree_are_refused(tmp_path: Path) -> None:
    overlapping = EQUATED.replace("2029-01-01", "2028-01-01") + "dates = [2028-06-02]"
    with pytest.raises(LawMisread, match=r"own\.row: it says what nl\.holidays\.equated\.2026 says"):
        book(folder(tmp_path, "nl", overlapping))


def test_an_operator_gives_a_country_hours_of_its_own(tmp_path: Path) -> None:
    row = 'rule = "contact_hours"\nvalid_from = 2027-01-01\nweekdays = "09:00-18:30"'
    later = book(folder(tmp_path, "be", row))
    new = date(2027, 1, 4)
    assert hours_on(book=shipped(), country="BE", day=new) == CAREFUL
    assert hours_on(book=later, country="BE", day=new) == Hours(time(9), time(18, 30))
    assert hours_on(book=later, country="BE", day=date(2027, 1, 2)) is None
    assert hours_on(book=later, country="BE", day=FRIDAY) == CAREFUL


def test_an_operator_gives_a_country_without_rows_its_holidays(tmp_path: Path) -> None:
    row = 'rule = "holidays"\nvalid_from = 2000-01-01\nevery_year = ["06-02"]\nafter_easter = [1]'
    later = book(folder(tmp_path, "it", row))
    assert is_holiday(book=later, country="IT", day=date(2026, 6, 2))
    assert is_holiday(book=later, country="IT", day=date(2026, 4, 6))
    assert not is_holiday(book=later, country="IT", day=date(2026, 12, 25))
    assert countries_of(later) == countries_of(shipped()) | {"IT"}


def test_a_row_that_is_switched_off_has_no_effect(tmp_path: Path) -> None:
    off = HEAD.replace('"sure"', '"unsure"')
    row = 'rule = "holidays"\nvalid_from = 2000-01-01\nevery_year = ["06-02"]'
    later = book(folder(tmp_path, "it", row, off))
    assert not is_holiday(book=later, country="IT", day=date(2026, 6, 2))
    assert is_holiday(book=later, country="IT", day=date(2026, 12, 25))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('rule = "contact_hours"\nsaturdays = "09:00-15:00"', "it names hours as weekdays"),
        ('rule = "contact_hours"\nweekdays = "8-20"', "own.row: "),
        ('rule = "contact_hours"\nweekdays = "08:00"', "own.row: "),
        ('rule = "contact_hours"\nweekdays = "20:00-08:00"', "it closes before it opens"),
        ('rule = "contact_hours"\nweekdays = "08:00-20:00"\nholidays = "09:00-15:00"', "it names hours as"),
        ('rule = "holidays"', "it names days as every_year"),
        ('rule = "holidays"\nyearly = ["01-01"]', "it names days as every_year"),
        ('rule = "holidays"\nevery_year = ["1 May"]', "every_year: "),
        ('rule = "holidays"\nevery_year = ["02-29"]', "every_year: "),
        ('rule = "holidays"\nafter_easter = ["one"]', "after_easter: "),
        ('rule = "holidays"\nafter_easter = 1', "after_easter: "),
        ('rule = "holidays"\ndates = ["2029-05-11"]', "dates: "),
    ],
)
def test_hours_and_holidays_that_cannot_be_read_stop_the_portal_and_are_named(
    tmp_path: Path, row: str, words: str
) -> None:
    with pytest.raises(LawMisread, match=words) as refused:
        book(folder(tmp_path, "it", f"valid_from = 2000-01-01\n{row}"))
    assert str(refused.value).startswith("own.row: ")


def test_the_dutch_hours_hold_from_their_day_on() -> None:
    assert hours_on(book=shipped(), country="NL", day=date(2024, 4, 2)) == DUTCH
    assert hours_on(book=shipped(), country="NL", day=date(2024, 3, 28)) == CAREFUL
    assert hours_on(book=shipped(), country="NL", day=SATURDAY) == DUTCH
    assert hours_on(book=shipped(), country="NL", day=SUNDAY) is None


def test_elsewhere_is_nothing_more_than_our_own_choice() -> None:
    for country in ("", "IT", "ANY"):
        assert hours_on(book=shipped(), country=country, day=FRIDAY) == CAREFUL
        assert hours_on(book=shipped(), country=country, day=SUNDAY) is None
        assert is_holiday(book=shipped(), country=country, day=date(2026, 12, 25))
        assert not is_holiday(book=shipped(), country=country, day=date(2026, 12, 26))


def test_without_any_row_nothing_is_guessed(tmp_path: Path) -> None:
    off = HEAD.replace("own.row", "any.contact_hours").replace('"sure"', '"unsure"')
    row = 'rule = "contact_hours"\nvalid_from = 1900-01-01\nweekdays = "08:00-20:00"'
    with pytest.raises(LawSilent, match="contact_hours"):
        hours_on(book=book(folder(tmp_path, "any", row, off)), country="IT", day=FRIDAY)


def test_a_day_is_worked_out_once() -> None:
    hours_on(book=shipped(), country="NL", day=FRIDAY)
    known = hours_on.cache_info().misses
    for _message in range(3):
        assert hours_on(book=shipped(), country="NL", day=FRIDAY) == DUTCH
    assert hours_on.cache_info().misses == known
