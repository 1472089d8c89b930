"""Questions of every kind: what is accepted, how it is stored and shown, and what is said when it is not."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reactions.field_kinds import refusals, table
from reactions.field_kinds.dates import offered_days
from reactions.field_kinds.fields import Circumstances, Field

TODAY = date(2026, 11, 21)


def around(language: str = "nl", promise_days: int = 14, **open_amounts: int) -> Circumstances:
    return Circumstances(
        today=TODAY,
        language=language,
        open_amounts=open_amounts or {"EUR": 225370},
        promise_days=promise_days,
    )


def asked(
    kind: str, *, is_optional: bool = False, choices: dict[str, str] | None = None, **options: Any
) -> Field:
    return Field("f", kind, "Wat?", is_optional=is_optional, options=options, choices=choices or {})


def read(kind: str, text: str, language: str = "nl", **options: Any) -> Any:
    return table.read({"f": text}, asked(kind, **options), around(language))


@pytest.mark.parametrize(
    ("language", "text", "minor"),
    [
        ("nl", "1.250,00", 125000),
        ("nl", "EUR 1.250,00", 125000),
        ("nl", "€ 1.250", 125000),
        ("nl", "€1250,5", 125050),
        ("nl", "1 250,00 euro", 125000),
        ("nl", "353.70", 35370),
        ("nl", "1250,-", 125000),
        ("fr", "1\u202f250,00 €", 125000),
        ("fr", "1.250,00", 125000),
        ("de", "1.250,00 EUR", 125000),
        ("de", "1'250.00", 125000),
        ("en", "1,250.00", 125000),
        ("en", "£", None),
        ("en", "1 250", 125000),
        ("nb", "1\u00a0250,00", 125000),
        ("nb", "1.250", 125000),
        ("nl", "1.2.3", None),
        ("nl", "1,250", None),
        ("en", "1.250", None),
        ("nl", "NaN", None),
        ("nl", "1e5", None),
        ("nl", "٣٤", None),
        ("nl", "9" * 39, None),
        ("nl", "9" * 4000, None),
    ],
)
def test_an_amount_is_read_the_way_people_write_it_and_refused_when_in_doubt(
    language: str, text: str, minor: int | None
) -> None:
    if minor is None:
        with pytest.raises(refusals.NotAnAmount, match=r"1.250.50"):
            read("amount", text, language)
    else:
        assert read("amount", text, language) == {"minor": minor, "currency": "EUR"}


@pytest.mark.parametrize("text", ["0", "0,00", "-5", "−5,00"])
def test_an_amount_has_to_be_above_zero(text: str) -> None:
    with pytest.raises(refusals.AmountNotPositive):
        read("amount", text)


def test_an_amount_in_a_currency_that_no_invoice_has_is_refused() -> None:
    with pytest.raises(refusals.OtherCurrency, match="EUR"):
        read("amount", "$ 10")


def test_an_amount_names_its_currency_when_the_invoices_have_several() -> None:
    both = around("nb", EUR=1000, NOK=500000)
    assert table.read({"f": "kr 1 250,00"}, asked("amount"), both) == {"minor": 125000, "currency": "NOK"}
    with pytest.raises(refusals.CurrencyMissing, match="EUR"):
        table.read({"f": "5"}, asked("amount"), both)


def test_an_amount_may_not_be_above_what_is_open_where_the_field_says_so() -> None:
    assert read("amount", "2253,70", at_most="open")["minor"] == 225370
    with pytest.raises(refusals.AmountAboveOpen, match=r"2\.253,70"):
        read("amount", "2253,71", at_most="open")
    assert read("amount", "99999")["minor"] == 9999900


def test_a_currency_without_decimals_takes_none() -> None:
    isk = Circumstances(today=TODAY, language="en", open_amounts={"ISK": 5000})
    assert table.read({"f": "1,250"}, asked("amount"), isk) == {"minor": 1250, "currency": "ISK"}
    with pytest.raises(refusals.NotAnAmount):
        table.read({"f": "12.5"}, asked("amount"), isk)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_an_amount(text: str) -> None:
    try:
        value = read("amount", text, is_optional=True)
    except refusals.AnswerRefused:
        return
    assert value is None or 0 < value["minor"] <= 10**15


@given(st.text(max_size=40))
def test_what_is_read_as_a_line_is_one_line_without_control_characters(text: str) -> None:
    value = read("text", text, is_optional=True)
    assert value is None or (value and not {"\n", "\r", "\x00", "\x1b"} & set(value))


def test_a_text_loses_nul_and_control_characters_and_keeps_its_lines() -> None:
    assert read("long_text", "  a\x00b\r\nc\rd\x07 \u202e") == "ab\nc\nd"
    assert read("text", "a\r\n b\x00") == "a b"


def test_ten_thousand_characters_are_refused_with_the_limit() -> None:
    with pytest.raises(refusals.AnswerTooLong, match=r"10\.000 characters.*1\.000"):
        read("long_text", "x" * 10_000, most=1000)


def test_a_line_end_counts_as_one_character() -> None:
    assert read("long_text", "ab\r\ncd", most=5) == "ab\ncd"
    with pytest.raises(refusals.AnswerTooLong):
        read("long_text", "ab\r\ncde", most=5)


@pytest.mark.parametrize("kind", list(table.KINDS))
@pytest.mark.parametrize("nothing", ["", "   ", "\x00", "\r\n"])
def test_a_question_of_any_kind_is_required_unless_it_is_optional(kind: str, nothing: str) -> None:
    assert read(kind, nothing, is_optional=True) is None
    with pytest.raises(refusals.AnswerMissing, match=r"Wat\?"):
        read(kind, nothing)


def test_a_choice_is_one_of_the_choices() -> None:
    field = asked("choice", choices={"amount": "Het bedrag klopt niet"})
    assert table.read({"f": "amount"}, field, around()) == "amount"
    assert table.show("choice", "amount", language="nl", choices=field.choices) == "Het bedrag klopt niet"
    with pytest.raises(refusals.NotAChoice):
        table.read({"f": "AMOUNT; DROP"}, field, around())


def boxes(day: str, month: str, year: str, picked: str = "") -> dict[str, str]:
    return {"f": picked, "f-day": day, "f-month": month, "f-year": year}


@pytest.mark.parametrize(
    "form",
    [
        boxes("20", "11", "2026"),
        boxes("20", "nov", "26"),
        boxes(" 20 ", "November", "2026"),
        boxes("1", "1", "1999", picked="2026-11-20"),
    ],
)
def test_a_past_day_is_read_from_boxes_or_from_what_was_picked(form: dict[str, str]) -> None:
    assert table.read(form, asked("past_date"), around()) == "2026-11-20"
    assert table.show("past_date", "2026-11-20", language="nl", choices={}) == "vrijdag 20 november 2026"


@pytest.mark.parametrize(
    "form",
    [
        boxes("31", "11", "2026"),
        boxes("", "11", "2026"),
        boxes("20", "13", "2026"),
        boxes("20", "zzz", "2026"),
        boxes("20", "11", "202"),
        boxes("٣", "11", "2026"),
        boxes("", "", "", picked="yesterday"),
    ],
)
def test_a_day_that_does_not_exist_is_refused_with_an_example(form: dict[str, str]) -> None:
    with pytest.raises(refusals.NotADate, match="21 11 2026"):
        table.read(form, asked("past_date"), around())


def test_a_past_day_may_be_today_and_not_tomorrow_nor_years_ago() -> None:
    assert table.read(boxes("21", "11", "2026"), asked("past_date"), around()) == "2026-11-21"
    with pytest.raises(refusals.DateInFuture):
        table.read(boxes("22", "11", "2026"), asked("past_date"), around())
    with pytest.raises(refusals.DateOutOfRange, match="2024"):
        table.read(boxes("20", "11", "2024"), asked("past_date"), around())


def test_a_promise_lies_within_the_days_its_type_allows() -> None:
    assert table.read(boxes("21", "11", "2026"), asked("future_date"), around()) == "2026-11-21"
    assert table.read(boxes("5", "12", "2026"), asked("future_date"), around()) == "2026-12-05"
    for day, month in (("20", "11"), ("6", "12")):
        with pytest.raises(
            refusals.DateOutOfRange, match="zaterdag 21 november 2026 up to zaterdag 5 december 2026"
        ):
            table.read(boxes(day, month, "2026"), asked("future_date"), around())


def test_a_picked_day_is_checked_like_a_written_one() -> None:
    with pytest.raises(refusals.DateOutOfRange):
        table.read({"f": "2027-01-01"}, asked("future_date"), around())


def test_another_day_was_picked_but_not_written() -> None:
    with pytest.raises(refusals.AnswerMissing):
        table.read(boxes("", "", "", picked="other"), asked("future_date"), around())


def test_three_days_are_offered_today_friday_and_the_first_of_the_month() -> None:
    assert offered_days(TODAY, date(2026, 12, 5)) == (TODAY, date(2026, 11, 27), date(2026, 12, 1))


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 365))
def test_offered_days_are_different_in_order_and_within_reach(today: date, days: int) -> None:
    last = date.fromordinal(today.toordinal() + days)
    offered = offered_days(today, last)
    assert offered[0] == today
    assert list(offered) == sorted(set(offered))
    assert offered[-1] <= last
    assert len(offered) == 3 or days < 14


def test_only_the_last_four_digits_of_an_account_are_taken() -> None:
    assert read("digits", "43 00", count=4) == "4300"
    for text in ("NL91ABNA0417164300", "12345", "12a4", "٣٤٥٦"):
        with pytest.raises(refusals.NotDigits, match="4"):
            read("digits", text, count=4)


def test_a_number_lies_in_its_range() -> None:
    assert read("number", "12", least=2, most=12) == 12
    for text in ("1", "13", "2.5", "twee", "9" * 30):
        with pytest.raises(refusals.NotANumber, match="2 up to 12"):
            read("number", text, least=2, most=12)


def test_all_errors_of_a_form_come_at_once_and_unknown_values_are_ignored() -> None:
    fields = [
        Field("a", "text", "A?"),
        Field("b", "choice", "B?", choices={"x": "X"}),
        Field("c", "text", "C?", is_optional=True),
    ]
    with pytest.raises(table.AnswersRefused) as refused:
        table.read_all({"b": "y", "hidden": "1"}, fields, around())
    assert set(refused.value.errors) == {"a", "b"}
    assert refused.value.errors["a"] == (refusals.AnswerMissing.sentence, {"label": "A?"})
    answers = table.read_all({"a": "1", "b": "x", "hidden": "1"}, fields, around())
    assert [(answer["key"], answer["shown"]) for answer in answers] == [("a", "1"), ("b", "X")]


def test_a_kind_says_which_inputs_it_needs() -> None:
    promise = table.inputs_of(asked("future_date", offered=3), around())
    assert promise.control == "date"
    assert promise.parts == ("", "-day", "-month", "-year")
    assert len(promise.offered) == 3
    assert table.inputs_of(asked("long_text", most=500), around()).most == 500
    assert table.inputs_of(asked("choice", choices={"x": "X"}), around()).options == (("x", "X"),)
