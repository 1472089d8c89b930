"""The portal's own texts: complete, kind, and short enough."""

import re
from datetime import datetime

import pytest

from core.refusals import Refusal
from messaging import sms, wording
from messaging.events import EVENTS, Part
from messaging.placeholders import fill
from messaging.texts import default_texts, foot, help_block
from tests.messaging.samples import LATEST, LINK, values_in

WITH_SMS = [name for name, event in EVENTS.items() if Part.SMS in event.parts]
WITH_LINK = [name for name, event in EVENTS.items() if event.required]

# Words that frighten or belong to the trade; amounts; and what hurries people along.
IN_NO_LANGUAGE = r"|!|€|\beur\b|\bkr\b"
NEVER = {
    "nl": r"debit|schuld|wanbetal|ingebreke|aanman|incasso|deurwaarder|laatste kans",
    "fr": r"dette|débiteur|impay|mise en demeure|huissier|recouvrement|dernière chance",
    "de": r"mahn|gläubiger|schuld|inkasso|gericht|letzte chance",
    "en": r"debt|dunning|exempt|overdue|collection|legal|final notice|last chance|\baction\b",
    "nb": r"skyld|\bgjeld\b|inkasso|purr|namsmann|siste sjanse",
}


def frightening(text: str, language: str) -> list[str]:
    """Return the words of a text that should not be in it."""
    return re.findall(NEVER[language] + IN_NO_LANGUAGE, text, re.IGNORECASE)


every_text = pytest.mark.parametrize("event", list(EVENTS))
every_language = pytest.mark.parametrize("language", wording.LANGUAGES)


@every_text
@every_language
def test_every_part_of_every_event_is_there_and_could_be_saved(event: str, language: str) -> None:
    texts = default_texts(event, language)
    for part in EVENTS[event].parts:
        assert EVENTS[event].parse(part, texts[part]).text == texts[part]
    assert "\n" not in texts[Part.SUBJECT]


@every_text
@every_language
def test_texts_are_kind_and_name_no_sums(event: str, language: str) -> None:
    for part, text in default_texts(event, language).items():
        assert not frightening(text, language), part
    for block in (help_block(event, language), foot(event, language)):
        assert block is None or not frightening(block.text, language)


@pytest.mark.parametrize("event", WITH_LINK)
@every_language
def test_whoever_gets_a_link_is_told_how_long_it_works(event: str, language: str) -> None:
    texts = default_texts(event, language)
    assert "((link_valid_until))" in texts[Part.BODY]
    assert "((link_valid_for))" in texts[Part.BODY]
    assert "((link_valid_until))" in texts.get(Part.SMS, "((link_valid_until))")


@pytest.mark.parametrize("event", [name for name in WITH_LINK if name in WITH_SMS])
@every_language
def test_an_email_with_a_link_says_in_three_bullets_what_one_can_do(event: str, language: str) -> None:
    assert default_texts(event, language)[Part.BODY].count("\n- ") == 3


@pytest.mark.parametrize("event", WITH_SMS)
@every_language
def test_the_longest_sms_stays_one_part(event: str, language: str) -> None:
    template = EVENTS[event].parse(Part.SMS, default_texts(event, language)[Part.SMS])
    for month in range(1, 13):
        ends_at = datetime(2026, month, 25, 22, 59, tzinfo=LATEST.tzinfo)
        for first_name in ("Wilhelminaxx", ""):
            values = values_in(language, short=True, ends_at=ends_at, first_name=first_name)
            text = sms.prepare(fill(template, values))
            assert (text.parts, text.encoding) == (1, sms.Encoding.GSM_7), text
            assert text.units <= 160
            assert "((" not in text.text


@pytest.mark.parametrize("event", [name for name in WITH_LINK if name in WITH_SMS])
@every_language
def test_the_link_stands_inside_the_sms_with_a_blank_on_both_sides(event: str, language: str) -> None:
    template = EVENTS[event].parse(Part.SMS, default_texts(event, language)[Part.SMS])
    text = sms.prepare(fill(template, values_in(language, short=True))).text
    assert re.search(rf"\s{re.escape(LINK)}\s", text)


@pytest.mark.parametrize("event", WITH_SMS)
@every_language
def test_an_organisation_without_a_telephone_sends_no_half_lines(event: str, language: str) -> None:
    template = EVENTS[event].parse(Part.SMS, default_texts(event, language)[Part.SMS])
    text = fill(template, values_in(language, short=True) | {"organisation_phone": "", "answer_by": ""})
    assert not text.rstrip().endswith((":", "?", "Bel", "Call", "Tel."))


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("nl", "Aanmaning"),
        ("fr", "recouvrement"),
        ("de", "Mahnung"),
        ("en", "Debt"),
        ("nb", "inkasso"),
        ("en", "Now!"),
    ],
)
def test_frightening_words_are_found(language: str, word: str) -> None:
    assert frightening(word, language)


def test_a_language_that_is_not_there_is_not_made_up() -> None:
    with pytest.raises((FileNotFoundError, Refusal)):
        default_texts("invoice_link", "es")
