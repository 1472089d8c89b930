"""The signed return path: it names one message, and nobody else can write one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.identifiers import ALPHABET
from messaging.return_path import ReturnPath

OLD, NEW = "old-key-" + "o" * 32, "new-key-" + "n" * 32
PATHS = ReturnPath("bounces.voltwerk.example", (OLD, NEW))
NAME = "a7Kq2ZpR9xYb"
ADDRESS = PATHS.address_of(NAME)


@settings(deadline=None)
@given(some.text(ALPHABET, min_size=12, max_size=12))
def test_every_address_fits_and_names_its_message(name: str) -> None:
    address = PATHS.address_of(name)
    assert len(address.partition("@")[0]) == 47 <= 64
    assert PATHS.message_of(address) == name
    assert name not in address


@pytest.mark.parametrize("written", [ADDRESS.upper(), f"<{ADDRESS}>", f" {ADDRESS}\n"])
def test_what_mail_servers_do_to_an_address_makes_no_difference(written: str) -> None:
    assert PATHS.message_of(written) == NAME


def test_an_older_key_is_still_known_and_a_dropped_one_is_not() -> None:
    before = ReturnPath(PATHS.domain, (OLD,)).address_of(NAME)
    assert before != ADDRESS
    assert PATHS.message_of(before) == NAME
    assert ReturnPath(PATHS.domain, (NEW,)).message_of(before) is None


@pytest.mark.parametrize("position", range(2, 47))
def test_one_changed_character_makes_it_a_strangers(position: int) -> None:
    other = "b" if ADDRESS[position] != "b" else "c"
    assert PATHS.message_of(ADDRESS[:position] + other + ADDRESS[position + 1 :]) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "info@bounces.voltwerk.example",
        ADDRESS.replace("bounces", "elsewhere"),
        ADDRESS + ".nl",
        "x" + ADDRESS,
        f"{ADDRESS}, {ADDRESS}",
    ],
)
def test_anything_else_names_no_message(address: str) -> None:
    assert PATHS.message_of(address) is None


def test_the_keys_are_not_in_what_is_printed() -> None:
    assert NEW not in repr(PATHS)
