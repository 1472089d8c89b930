"""Terms of reminders: whole days, by channel and country, at weekends and holidays too."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.law.rows import Book, LawSilent, Segment, rows_of
from core.law.shelf import shipped
from core.law.terms import Term, Way, term

MONDAY = date(2026, 11, 23)
CHRISTMAS = {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}


def never(day: date) -> bool:
    return False


def term_in(
    country: str,
    way: Way,
    sent_on: date,
    *,
    is_holiday: Callable[[date], bool] = never,
    received_on: date | None = None,
    book: Book | None = None,
) -> Term:
    return term(
        book=book or shipped(),
        country=country,
        segment=Segment.CONSUMER,
        way=way,
        sent_on=sent_on,
        is_holiday=is_holiday,
        received_on=received_on,
    )


@pytest.mark.parametrize(
    ("country", "way", "starts", "ends", "first_cost"),
    [
        ("NL", Way.ELECTRONIC, date(2026, 11, 24), date(2026, 12, 7), date(2026, 12, 8)),
        ("NL", Way.LETTER, date(2026, 11, 26), date(2026, 12, 9), date(2026, 12, 10)),
        ("BE", Way.ELECTRONIC, date(2026, 11, 24), date(2026, 12, 7), date(2026, 12, 8)),
        ("BE", Way.LETTER, date(2026, 11, 26), date(2026, 12, 9), date(2026, 12, 10)),
        ("NO", Way.ELECTRONIC, date(2026, 11, 24), date(2026, 12, 7), date(2026, 12, 8)),
        ("NO", Way.LETTER, date(2026, 11, 24), date(2026, 12, 7), date(2026, 12, 8)),
    ],
)
def test_what_is_sent_on_a_monday(country: str, way: Way, starts: date, ends: date, first_cost: date) -> None:
    found = term_in(country, way, MONDAY)
    assert (found.starts_on, found.ends_on, found.first_cost_on) == (starts, ends, first_cost)
    assert found.rows == (f"{country.lower()}.term.{way}",)


@pytest.mark.parametrize(
    ("country", "sent_on", "first_cost"),
    [
        # Two days of post in the Netherlands: nothing arrives on Saturday, Sunday or at Christmas.
        ("NL", date(2026, 11, 26), date(2026, 12, 15)),
        ("NL", date(2026, 11, 27), date(2026, 12, 16)),
        ("NL", date(2026, 12, 23), date(2027, 1, 12)),
        ("NL", date(2026, 12, 24), date(2027, 1, 13)),
        # The third working day in Belgium: a letter of Friday starts its term on Wednesday.
        ("BE", date(2026, 11, 25), date(2026, 12, 14)),
        ("BE", date(2026, 11, 27), date(2026, 12, 16)),
        ("BE", date(2026, 11, 28), date(2026, 12, 16)),
        ("BE", date(2026, 12, 22), date(2027, 1, 11)),
        ("BE", date(2026, 12, 31), date(2027, 1, 20)),
    ],
)
def test_letters_before_weekends_and_holidays(country: str, sent_on: date, first_cost: date) -> None:
    found = term_in(country, Way.LETTER, sent_on, is_holiday=CHRISTMAS.__contains__)
    assert found.first_cost_on == first_cost


def test_a_dutch_term_follows_the_day_it_is_known_to_have_arrived() -> None:
    late = term_in("NL", Way.LETTER, MONDAY, received_on=date(2026, 11, 30))
    assert late.first_cost_on == date(2026, 12, 15) == date(2026, 11, 30) + timedelta(days=15)


def test_saturday_counts_in_belgium_only_when_the_operator_is_sure() -> None:
    row = next(row for row in shipped().rows if row.id == "be.saturday")
    sure = rows_of("BE", {"rows": [{**_written(row), "status": "sure"}]})
    friday = date(2026, 11, 27)
    assert term_in("BE", Way.LETTER, friday).starts_on == date(2026, 12, 2)
    found = term_in("BE", Way.LETTER, friday, book=shipped().amended(sure))
    assert found.starts_on == date(2026, 12, 1)
    assert found.rows == ("be.term.letter", "be.saturday")


def _written(row: object) -> dict[str, object]:
    names = ("id", "rule", "segments", "valid_from", "source", "seen")
    return {name: getattr(row, name) for name in names}


@pytest.mark.parametrize(("country", "segment"), [("NL", "B2B"), ("BE", "B2B"), ("CH", "B2C")])
def test_where_the_law_gives_no_term_there_is_none(country: str, segment: str) -> None:
    with pytest.raises(LawSilent):
        term(
            book=shipped(),
            country=country,
            segment=Segment(segment),
            way=Way.ELECTRONIC,
            sent_on=MONDAY,
            is_holiday=never,
        )


@given(
    st.sampled_from(["NL", "BE", "NO"]),
    st.sampled_from(Way),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.frozensets(st.integers(0, 20), max_size=5),
)
def test_everybody_has_fourteen_whole_days(
    country: str, way: Way, sent_on: date, feasts: frozenset[int]
) -> None:
    days = {sent_on + timedelta(days=number) for number in feasts}
    found = term_in(country, way, sent_on, is_holiday=days.__contains__)
    assert found.starts_on > sent_on
    assert (found.ends_on - found.starts_on).days == 13
    assert found.first_cost_on == found.ends_on + timedelta(days=1)
    assert found.first_cost_on >= term_in(country, way, sent_on).first_cost_on
    if country == "NO":
        assert found.ends_on.weekday() == sent_on.weekday()
