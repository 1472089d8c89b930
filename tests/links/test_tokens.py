"""The signed text of a link: what opens, and everything near it that does not."""

import hmac
import random
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer, URLSafeTimedSerializer

from core.identifiers import ALPHABET
from links import tokens

OLD, NEW, NEXT = ("a" * 20 + "first-key-of-all", "b" * 20 + "second-key-of-it", "c" * 20 + "third-one-here!")
ENDS_AT = datetime(2026, 12, 4, 22, 59, tzinfo=UTC)
# Drawn anew in every run: what is asserted holds for each id.
ID = secrets.token_bytes(8)


def written(
    *, token_id: bytes = ID, generation: int = 1, ends_at: datetime = ENDS_AT, keys: tuple[str, ...] = (OLD,)
) -> str:
    return tokens.write(token_id=token_id, generation=generation, expires_at=ends_at, keys=keys)


def opens(
    text: str,
    *,
    token_id: bytes = ID,
    generation: int = 1,
    ends_at: datetime = ENDS_AT,
    keys: tuple[str, ...] = (OLD,),
) -> bool:
    """Return whether this text opens the row, as `links.queries.link_behind` decides it."""
    try:
        found, mac = tokens.read(text)
    except tokens.TokenMalformed:
        return False
    return found == token_id and tokens.holds(
        mac, token_id=token_id, generation=generation, expires_at=ends_at, keys=keys
    )


def test_a_token_opens_its_own_row() -> None:
    assert opens(written())


def test_it_is_25_letters_and_digits() -> None:
    for _ in range(200):
        text = written(token_id=secrets.token_bytes(8))
        assert len(text) == 25
        assert set(text) <= set(ALPHABET)
    assert len(written(token_id=bytes(8))) == 25


def test_every_change_of_one_character_is_refused() -> None:
    text = written()
    changed = [
        text[:place] + letter + text[place + 1 :]
        for place in range(len(text))
        for letter in ALPHABET
        if letter != text[place]
    ]
    assert len(changed) == 1525
    assert [other for other in changed if opens(other)] == []


def test_every_change_of_one_character_is_refused_where_only_the_signature_guards() -> None:
    """Whoever tries ids has found a row at once here: the id in the text is taken for the row's."""
    text = written()
    for place in range(len(text)):
        for letter in ALPHABET.replace(text[place], ""):
            try:
                found, mac = tokens.read(text[:place] + letter + text[place + 1 :])
            except tokens.TokenMalformed:
                continue
            assert not tokens.holds(mac, token_id=found, generation=1, expires_at=ENDS_AT, keys=(OLD,))


def test_characters_left_out_put_in_or_swapped_are_refused() -> None:
    text = written()
    shorter = [text[:place] + text[place + 1 :] for place in range(25)]
    longer = [text[:place] + letter + text[place:] for place in range(26) for letter in "0Az"]
    swapped = [
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(24)
        if text[place] != text[place + 1]
    ]
    cut = [text[:length] for length in range(25)]
    assert [other for other in (*shorter, *longer, *swapped, *cut) if opens(other)] == []


def test_of_150000_random_alterations_none_opens_anything() -> None:
    dice = random.Random(20261120)
    text = written()
    for _ in range(150_000):
        letters = list(text)
        for place in dice.sample(range(25), dice.randint(1, 5)):
            letters[place] = dice.choice(ALPHABET)
        other = "".join(letters)
        assert other == text or not opens(other)


@given(st.text(max_size=40))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    assert not opens(text)


@given(st.binary(min_size=18, max_size=18))
def test_each_token_has_exactly_one_spelling(raw: bytes) -> None:
    number = int.from_bytes(raw, "big")
    text = ""
    while len(text) < 25:
        number, rest = divmod(number, 62)
        text = ALPHABET[rest] + text
    assert tokens.read(text) == (raw[:8], raw[8:])
    # The next number with the same 144 bits would be another spelling of the same bytes.
    number = int.from_bytes(raw, "big") + (1 << 144)
    other = ""
    while len(other) < 25:
        number, rest = divmod(number, 62)
        other = ALPHABET[rest] + other
    with pytest.raises(tokens.TokenMalformed):
        tokens.read(other)


@pytest.mark.parametrize("text", ["z" * 25, "", "0" * 24, "0" * 26, "-" * 25, "\u0661" * 25, "\uff21" * 25])
def test_what_is_no_token_is_refused_before_anything_is_looked_up(text: str) -> None:
    with pytest.raises(tokens.TokenMalformed):
        tokens.read(text)


def test_upper_and_lower_case_are_not_the_same() -> None:
    text = written()
    assert not opens(text.swapcase())


@pytest.mark.parametrize(
    "changes",
    [
        {"generation": 2},
        {"ends_at": ENDS_AT + timedelta(seconds=1)},
        {"ends_at": ENDS_AT + timedelta(days=365)},
        {"token_id": bytes(8)},
    ],
)
def test_the_signature_is_over_all_of_the_row_that_counts(changes: dict[str, object]) -> None:
    assert not opens(written(), **changes)  # type: ignore[arg-type]
    assert opens(written(**changes), **changes)  # type: ignore[arg-type]


def test_keys_are_rotated_without_ending_links() -> None:
    before = written(keys=(OLD,))
    during = written(keys=(OLD, NEW))
    assert [opens(text, keys=(OLD, NEW)) for text in (before, during)] == [True, True]
    assert during == written(keys=(NEW,))
    assert [opens(text, keys=(NEW,)) for text in (before, during)] == [False, True]
    later = written(keys=(NEW, NEXT))
    assert [opens(text, keys=(NEW, NEXT)) for text in (before, during, later)] == [False, True, True]


def test_a_key_that_leaked_is_dropped_at_once_and_a_new_generation_opens_nothing_old() -> None:
    leaked = written(keys=(OLD,))
    assert not opens(leaked, keys=(NEW,))
    assert not opens(leaked, generation=2, keys=(OLD, NEW))
    assert opens(written(generation=2, keys=(NEW,)), generation=2, keys=(NEW,))


def _spelled(mac: bytes) -> str:
    number, letters = int.from_bytes(ID + mac, "big"), ""
    while len(letters) < 25:
        number, rest = divmod(number, 62)
        letters = ALPHABET[rest] + letters
    return letters


PURPOSES = (
    "links.access.v1",
    "links.invitation.v1",
    "messaging.bounce.v1",
    "messaging.sms.v1",
    "links.access.v2",
)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_signature_for_another_purpose_is_none_for_a_link(purpose: str) -> None:
    signer = Signer(OLD, salt=purpose, key_derivation="hmac", digest_method=sha256)
    message = ID + (1).to_bytes(4, "big") + int(ENDS_AT.timestamp()).to_bytes(8, "big")
    mac = hmac.digest(signer.derive_key(), message, "sha256")[:10]
    assert opens(_spelled(mac)) == (purpose == "links.access.v1")


def test_the_bare_key_signs_no_link() -> None:
    message = ID + (1).to_bytes(4, "big") + int(ENDS_AT.timestamp()).to_bytes(8, "big")
    assert not opens(_spelled(hmac.digest(OLD.encode(), message, "sha256")[:10]))


@pytest.mark.parametrize("salt", ["reset-salt", "confirm-salt", "links.access.v1", "itsdangerous"])
def test_a_members_password_link_is_no_debtors_link(salt: str) -> None:
    assert not opens(str(URLSafeTimedSerializer(OLD, salt=salt).dumps(ID.hex())))


@pytest.mark.parametrize(
    "trail", [".", ",", ")", "]", ">", '"', "'", "=", "!", "?", "\u200b", "\u00a0", ").", "\u201d."]
)
def test_what_mail_programs_leave_behind_a_link_is_taken_off(trail: str) -> None:
    text = written()
    assert tokens.without_punctuation(f"{text}{trail}") == text


def test_letters_and_digits_are_never_taken_off() -> None:
    for letter in ALPHABET:
        assert tokens.without_punctuation(f"abc{letter}") == f"abc{letter}"


@given(st.binary(min_size=18, max_size=18))
def test_what_is_typed_from_paper_is_the_same_token(raw: bytes) -> None:
    number, text = int.from_bytes(raw, "big"), ""
    while len(text) < 25:
        number, rest = divmod(number, 62)
        text = ALPHABET[rest] + text
    code = tokens.typed(text)
    assert [len(group) for group in code.split("-")] == [5, 5, 5, 5, 5, 4]
    hasty = code.replace("-", " ").lower().replace("0", "o").replace("1", "l")
    for spelling in (code, hasty, code.replace("-", "")):
        assert tokens.read(spelling) == (raw[:8], raw[8:])


def test_a_typed_code_has_no_sign_that_is_read_wrong() -> None:
    assert not set("ILOU") & set(tokens.typed(written()))


def test_a_mistyped_code_opens_nothing() -> None:
    code = tokens.typed(written()).replace("-", "")
    assert opens(code)
    for place, right in enumerate(code):
        for wrong in set("0123456789ABCDEFGHJKMNPQRSTVWXYZU") - {right}:
            assert not opens(code[:place] + wrong + code[place + 1 :])
    assert not any(opens(other) for other in (code[1:], code + "0", "1" + code, "Z" * 29))
