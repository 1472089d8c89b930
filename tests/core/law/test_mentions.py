"""What the law wants in a reminder with a term: each country's list, each lack by its own name."""

from datetime import date

import pytest

from core.law.mentions import REFUSALS, MentionMissing, TermMissing, mentions, missing
from core.law.rows import Segment
from core.law.shelf import shipped

DAY = date(2026, 11, 21)
LISTS = {
    "NL": {"payment_term", "cost_after_term"},
    "BE": {
        "amount_open",
        "cost_after_term",
        "creditor_name",
        "creditor_number",
        "invoice_list",
        "payment_term",
    },
    "NO": {
        "payment_term",
        "objection",
        "interest",
        "complaints_board",
        "creditor_name",
        "amount_open",
        "invoice_list",
        "cost_after_term",
    },
}


def lacking(country: str, said: set[str], segment: Segment = Segment.CONSUMER) -> list[MentionMissing]:
    return list(missing(book=shipped(), country=country, segment=segment, on=DAY, said=said))


@pytest.mark.parametrize("country", LISTS)
def test_a_text_with_every_mention_lacks_nothing_and_one_without_any_lacks_all(country: str) -> None:
    assert lacking(country, LISTS[country]) == []
    assert {refusal.values["name"] for refusal in lacking(country, set())} == LISTS[country]


@pytest.mark.parametrize(("country", "name"), [(one, name) for one in LISTS for name in sorted(LISTS[one])])
def test_the_one_mention_that_lacks_is_named_with_its_law(country: str, name: str) -> None:
    (refusal,) = lacking(country, LISTS[country] - {name})
    row = mentions(book=shipped(), country=country, segment=Segment.CONSUMER, on=DAY)
    assert row is not None
    assert type(refusal) is REFUSALS[name]
    assert f"(({name}))" in str(refusal)
    assert f"({row.source})" in str(refusal)


def test_businesses_and_other_countries_are_asked_for_nothing() -> None:
    for country in ("NL", "BE"):
        assert lacking(country, set(), Segment.BUSINESS) == []
    assert lacking("DE", set()) == []
    assert lacking("NO", set(), Segment.BUSINESS) != []
    assert isinstance(lacking("NL", {"cost_after_term"})[0], TermMissing)


def test_before_the_law_nothing_is_asked() -> None:
    early = date(2023, 8, 31)
    assert missing(book=shipped(), country="BE", segment=Segment.CONSUMER, on=early, said=()) == ()
