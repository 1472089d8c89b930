"""The small words: the same moment in every language, and forms for one and for many."""

from datetime import UTC, date, datetime, timedelta

import pytest

from messaging import wording

END = datetime(2026, 12, 5, 22, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("nl", "zaterdag 5 december 2026 om 23.59 uur", "5 dec 23:59"),
        ("fr", "samedi 5 décembre 2026 à 23:59", "5/12 23h59"),
        ("de", "Samstag, 5. Dezember 2026 um 23:59 Uhr", "5.12. 23:59"),
        ("en", "Saturday 5 December 2026 at 23:59", "5 Dec 23:59"),
        ("nb", "lørdag 5. desember 2026 kl. 23:59", "5.12. 23:59"),
    ],
)
def test_a_moment_is_said_on_the_clock_of_the_organisation(language: str, long: str, short: str) -> None:
    assert wording.moment(END, language=language, zone="Europe/Amsterdam", short=False) == long
    assert wording.moment(END, language=language, zone="Europe/Amsterdam", short=True) == short


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 okt 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 okt 02:30"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "28 mrt 01:59"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "28 mrt 03:00"),
    ],
)
def test_the_nights_on_which_the_clock_changes_are_said_as_the_clock_shows_them(
    at: datetime, said: str
) -> None:
    assert wording.moment(at, language="nl", zone="Europe/Amsterdam", short=True) == said


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("nl", "1 open factuur", "2 open facturen"),
        ("fr", "1 facture à payer", "2 factures à payer"),
        ("de", "1 offene Rechnung", "2 offene Rechnungen"),
        ("en", "1 open invoice", "2 open invoices"),
        ("nb", "1 ubetalt faktura", "2 ubetalte fakturaer"),
    ],
)
def test_one_invoice_and_two_have_their_own_words(language: str, one: str, two: str) -> None:
    assert wording.number_of_invoices(1, language=language) == one
    assert wording.number_of_invoices(2, language=language) == two


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=14), "14 dagen"),
        (timedelta(days=1), "1 dag"),
        (timedelta(hours=36), "36 uur"),
        (timedelta(hours=1), "1 uur"),
        (timedelta(hours=47, minutes=59), "47 uur"),
    ],
)
def test_a_span_never_promises_more_than_it_is(length: timedelta, said: str) -> None:
    assert wording.span(length, language="nl") == said


def test_days_and_hours_are_said_in_every_language() -> None:
    two_days = [wording.span(timedelta(days=2), language=language) for language in wording.LANGUAGES]
    assert two_days == ["2 dagen", "2 jours", "2 Tage", "2 days", "2 dager"]


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("short", [True, False])
def test_a_company_is_greeted_without_a_name(language: str, short: bool) -> None:
    greeting = wording.salutation(language=language, first_name="", last_name="Bakkerij B.V.", short=short)
    assert greeting in {"Goedendag", "Bonjour", "Guten Tag", "Hello", "Hei"}


def test_a_person_is_greeted_as_the_language_does() -> None:
    greetings = [
        wording.salutation(language=language, first_name="Sanne", last_name="Visser", short=False)
        for language in wording.LANGUAGES
    ]
    assert greetings == ["Beste Sanne", "Bonjour Sanne", "Guten Tag Sanne Visser", "Dear Sanne", "Hei Sanne"]
    assert wording.salutation(language="nl", first_name="Sanne", last_name="", short=True) == "Sanne"
    assert wording.salutation(language="de", first_name="Sanne", last_name="", short=True) == "Guten Tag"


def test_a_short_day_ends_without_a_dot_of_its_own() -> None:
    days = [wording.day(date(2026, 12, 2), language=language, short=True) for language in wording.LANGUAGES]
    assert days == ["2 dec", "2 déc", "2. Dez", "2 Dec", "2. des"]
    assert wording.day(date(2026, 12, 2), language="nl", short=False) == "woensdag 2 december 2026"
