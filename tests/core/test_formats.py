"""How amounts and days are written: as CLDR says, in five languages."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.core import Locale
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from core.money import CURRENCIES, Money, decimals_of
from core.web import formats
from core.web.languages import LOCALES

LANGUAGES = st.sampled_from(sorted(LOCALES))
CODES = st.sampled_from(sorted(CURRENCIES))


def by_babel(minor: int, currency: str, language: str) -> str:
    """Return what Babel itself writes, with as many decimals as the currency has in the books.

    Babel leaves out the blank that CLDR (currencySpacing) puts between letters and digits.
    """
    pattern = Locale.parse(LOCALES[language]).currency_formats["standard"].pattern
    places = decimals_of(currency)
    pattern = pattern.replace("0.00", "0." + "0" * places if places else "0")
    written = format_currency(
        Money(minor, currency).amount, currency, pattern, locale=LOCALES[language], currency_digits=False
    )
    return re.sub(r"(?<=[^\W\d])(?=\d)", "\u00a0", written)


@given(st.integers(0, 10**13), CODES, LANGUAGES)
def test_an_amount_is_written_as_babel_writes_it(minor: int, currency: str, language: str) -> None:
    assert formats.money(minor, currency, language) == by_babel(minor, currency, language)


@given(st.integers(1, 10**13), CODES, LANGUAGES)
def test_less_than_nothing_has_one_minus_before_it(minor: int, currency: str, language: str) -> None:
    written = formats.money(-minor, currency, language)
    assert written == "\u2212" + formats.money(minor, currency, language)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("nl", "€\u00a01.250,00"),
        ("fr", "1\u202f250,00\u00a0€"),
        ("de", "1.250,00\u00a0€"),
        ("en", "€1,250.00"),
        ("nb", "1\u00a0250,00\u00a0€"),
    ],
)
def test_amounts_look_as_people_of_the_language_know_them(language: str, written: str) -> None:
    assert formats.money(125000, "EUR", language) == written


def test_letters_stand_apart_from_digits() -> None:
    assert formats.money(249000, "NOK", "en") == "NOK\u00a02,490.00"


@pytest.mark.parametrize(("minor", "written"), [(0, "€0.00"), (5, "€0.05"), (99, "€0.99"), (100, "€1.00")])
def test_small_amounts_keep_their_noughts(minor: int, written: str) -> None:
    assert formats.money(minor, "EUR", "en") == written


@pytest.mark.parametrize(
    ("language", "day", "short", "full"),
    [
        ("nl", "25 oktober 2026", "25 okt 2026", "zondag 25 oktober 2026"),
        ("fr", "25 octobre 2026", "25 oct. 2026", "dimanche 25 octobre 2026"),
        ("de", "25. Oktober 2026", "25.10.2026", "Sonntag, 25. Oktober 2026"),
        ("en", "25 October 2026", "25 Oct 2026", "Sunday 25 October 2026"),
        ("nb", "25. oktober 2026", "25. okt. 2026", "søndag 25. oktober 2026"),
    ],
)
def test_days(language: str, day: str, short: str, full: str) -> None:
    on = date(2026, 10, 25)
    assert formats.day(on, language) == day
    assert formats.short_day(on, language) == short
    assert formats.weekday_day(on, language) in (full, full.replace("Sunday ", "Sunday, "))


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), "zondag 25 oktober 2026 om 00.30 uur"),
        (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "zondag 25 oktober 2026 om 02.59 uur"),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "zondag 25 oktober 2026 om 02.00 uur"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "zondag 28 maart 2027 om 01.59 uur"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "zondag 28 maart 2027 om 03.00 uur"),
    ],
)
def test_moments_are_shown_on_the_organisations_clock(at: datetime, shown: str) -> None:
    assert formats.moment(at, "nl", "Europe/Amsterdam") == shown


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("nl", "vrijdag 20 november 2026 om 10.30 uur"),
        ("fr", "vendredi 20 novembre 2026 à 10:30"),
        ("de", "Freitag, 20. November 2026 um 10:30 Uhr"),
        ("en", "Friday 20 November 2026 at 10:30"),
        ("nb", "fredag 20. november 2026 kl. 10:30"),
    ],
)
def test_a_moment_is_written_as_in_a_sentence_of_the_language(language: str, written: str) -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert formats.moment(at, language, "Europe/Amsterdam") == written


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 mins"),
        (timedelta(minutes=60), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=1), "1d"),
        (timedelta(days=400), "400d"),
    ],
)
def test_an_age_is_said_in_one_unit(span: timedelta, shown: str) -> None:
    # English plurals of zero differ between versions of CLDR.
    assert formats.age(span, "en").replace("0 mins", "0 min") == shown
