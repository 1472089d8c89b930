"""Counting tries: by account and address, by address, by account; spans end, and networks count as one."""

from datetime import timedelta

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from core.database import db
from core.members import attempts
from core.members.attempts import ACCOUNT, ADDRESS, PAIR, TooManyTries
from core.members.models import SignInCount
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("session")
HOME = "198.51.100.7"


def count(email: str = "ada@voltwerk.example", address: str = HOME, **later: float) -> None:
    attempts.count_sign_in(email=email, address=address, now=NOW + timedelta(**later))


def test_the_try_after_the_last_one_waits_until_the_span_is_over() -> None:
    for _ in range(PAIR.tries):
        count()
    with pytest.raises(TooManyTries) as refused:
        count(minutes=14, seconds=30)
    assert refused.value.wait_seconds == 30
    with pytest.raises(TooManyTries):
        count(minutes=14, seconds=59)
    count(minutes=15)


def test_another_address_and_another_account_are_not_touched() -> None:
    for _ in range(PAIR.tries):
        count()
    count(address="203.0.113.9")
    count(email="bob@voltwerk.example")


def test_a_walk_through_many_accounts_from_one_address_is_stopped() -> None:
    for number in range(ADDRESS.tries):
        count(email=f"member{number}@voltwerk.example")
    with pytest.raises(TooManyTries):
        count(email="one-more@voltwerk.example")
    count(email="one-more@voltwerk.example", address="203.0.113.9")


def test_a_walk_through_a_whole_ipv6_network_counts_as_one_address() -> None:
    for number in range(PAIR.tries):
        count(address=f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyTries):
        count(address="2001:db8:1:2:ffff::1")
    count(address="2001:db8:1:3::1")


def test_a_walk_through_many_addresses_is_stopped_later() -> None:
    for number in range(ACCOUNT.tries):
        count(address=f"10.0.{number // 250}.{number % 250}")
    with pytest.raises(TooManyTries):
        count(address="10.9.9.9")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_an_address_stands_for_its_network(address: str, network: str) -> None:
    assert attempts.network_of(address) == network


def test_capitals_and_blanks_are_the_same_account() -> None:
    for _ in range(PAIR.tries):
        count(email=" ADA@Voltwerk.example")
    with pytest.raises(TooManyTries):
        count(email="ada@voltwerk.example")


def test_the_table_names_nobody(session: scoped_session[Session]) -> None:
    count()
    stored = [row.subject_hash for row in session.query(SignInCount)]
    assert len(stored) == 3
    assert all(len(name) == 64 and "ada" not in name for name in stored)


def test_counts_whose_span_is_over_are_forgotten() -> None:
    count()
    count(email="bob@voltwerk.example", minutes=30)
    assert attempts.forget_old(now=NOW + timedelta(minutes=44)) == 1
    assert attempts.forget_old(now=NOW + timedelta(minutes=46)) == 2
    db.session.rollback()
