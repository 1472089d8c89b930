"""SMS: what fits in one part, what a letter costs, and which letters are written plainly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.sms import MAX_CHARACTERS, Encoding, SmsTooLong, measure, prepare


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 80 + "a", 161, 2),
        ("åøæäöüßñàèéùìòÇ@£$¥§¿¡", 22, 1),
        ("^{}\\[~]|€\f", 20, 1),
    ],
)
def test_the_seven_bit_alphabet_is_counted_in_septets(text: str, units: int, parts: int) -> None:
    sms = measure(text)
    assert (sms.encoding, sms.units, sms.parts) == (Encoding.GSM_7, units, parts)


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [("ж" * 70, 70, 1), ("ж" * 71, 71, 2), ("ж" * 134, 134, 2), ("ж" * 135, 135, 3), ("😀" * 35, 70, 1)],
)
def test_other_letters_are_counted_in_sixteen_bit_units(text: str, units: int, parts: int) -> None:
    sms = measure(text)
    assert (sms.encoding, sms.units, sms.parts) == (Encoding.UCS_2, units, parts)


def test_a_sign_of_two_units_is_not_cut_by_the_end_of_a_part() -> None:
    assert measure("a" * 152 + "€" + "a" * 152).parts == 3
    assert measure("a" * 151 + "€" + "a" * 153).parts == 2
    assert measure("ж" * 66 + "😀" + "ж" * 66).parts == 3


@pytest.mark.parametrize(
    ("written", "sent", "replaced"),
    [
        ("Zoë", "Zoe", ("ë",)),
        ("België – “nu”", 'Belgie - "nu"', ("ë", "–", "“", "”")),
        ("l’été, œuvre, façade", "l'été, oeuvre, facade", ("’", "œ", "ç")),
        ("1\u00a0234,50 €", "1 234,50 €", ()),
        ("Łukasz Đorđe Íñigo", "Lukasz Dorde Iñigo", ("Ł", "Đ", "đ", "Í")),
        ("een\u200bwoord\ufeff", "eenwoord", ()),
        ("tab\there\nnew line", "tab here\nnew line", ()),
        ("ĳs…", "ijs...", ("ĳ", "…")),
    ],
)
def test_letters_outside_the_alphabet_are_written_plainly(
    written: str, sent: str, replaced: tuple[str, ...]
) -> None:
    sms = prepare(written)
    assert (sms.text, sms.replaced, sms.encoding) == (sent, replaced, Encoding.GSM_7)


def test_a_text_that_needs_sixteen_bits_anyway_keeps_all_its_letters() -> None:
    sms = prepare("Zoë Жукова")
    assert (sms.text, sms.encoding, sms.replaced) == ("Zoë Жукова", Encoding.UCS_2, ())


def test_a_text_above_the_limit_of_the_provider_is_refused() -> None:
    assert prepare("a" * MAX_CHARACTERS).parts == 11
    with pytest.raises(SmsTooLong):
        prepare("a" * (MAX_CHARACTERS + 1))


@given(st.text(max_size=400))
def test_preparing_twice_changes_nothing_and_no_control_character_is_left(text: str) -> None:
    sms = prepare(text)
    assert prepare(sms.text).text == sms.text
    assert not any(ord(sign) < 32 and sign != "\n" for sign in sms.text)
    assert sms.parts >= 1
    assert sms.units >= len(sms.text)
