"""Signing and checking links: the two-lock token beside itsdangerous' own timed serializer."""

import hmac
import statistics
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from itsdangerous import URLSafeTimedSerializer

from bench.results import Contender, Result, Section, cpu_of, in_turn
from links import tokens
from links.models import token_id

KEYS = ("bench-old-" + "o" * 32, "bench-new-" + "n" * 32)
EXPIRES_AT = datetime(2026, 12, 5, 22, 59, tzinfo=UTC)
Thing = TypeVar("Thing")
# What a token covers beside its id: generation and end, 12 bytes together.
DERIVED, REST = b"k" * 32, b"r" * 12
GOAL = 50_000
ROUNDS, CALLS = 9, 4_000


def run(rows: int | None = None) -> Section:
    """Measure writing, and reading with checking, under two keys; `rows` does not matter here."""
    ids = [token_id() for _ in range(CALLS)]
    written = [_written(one, KEYS) for one in ids]
    # The older key: both have to be tried.
    written_before = [_written(one, KEYS[:1]) for one in ids]
    serializer = URLSafeTimedSerializer(list(KEYS), salt="bench")
    serialized = [str(serializer.dumps({"id": one.hex()})) for one in ids]
    taken = in_turn(
        {
            "write": _each(ids, lambda one: _written(one, KEYS)),
            "read": _each(list(zip(ids, written, strict=True)), _checked),
            "read, older key": _each(list(zip(ids, written_before, strict=True)), _checked),
            "one mac": _each(ids, lambda one: hmac.digest(DERIVED, one + REST, "sha256")),
            "two macs": _each(ids, _two_macs),
            "sign": _each(ids, lambda one: serializer.dumps({"id": one.hex()})),
            "verify": _each(serialized, lambda one: serializer.loads(one, max_age=1_000)),
        },
        rounds=ROUNDS,
        calls=1,
    )
    per_second = {name: CALLS / statistics.median(seconds) for name, seconds in taken.items()}
    return Section(
        "Links: signing and checking",
        "One process, two keys, CPU time, median of rounds in alternation. Reading decodes the text and "
        "checks the signature under both keys. The limit is the bare HMAC-SHA256: one to write, two to read. "
        f"A token is {tokens.LENGTH} characters long, one of itsdangerous' `URLSafeTimedSerializer` "
        f"{len(serialized[0])}.",
        [
            _result("write a token", per_second, ("write", "one mac", "sign")),
            _result("read and check it", per_second, ("read", "two macs", "verify")),
            _result(
                "the same, signed with the older key", per_second, ("read, older key", "two macs", "verify")
            ),
        ],
    )


def _written(one: bytes, keys: tuple[str, ...]) -> str:
    return tokens.write(token_id=one, generation=1, expires_at=EXPIRES_AT, keys=keys)


def _two_macs(one: bytes) -> None:
    for _ in KEYS:
        hmac.digest(DERIVED, one + REST, "sha256")


def _checked(pair: tuple[bytes, str]) -> None:
    found, mac = tokens.read(pair[1])
    assert found == pair[0]
    assert tokens.holds(mac, token_id=found, generation=1, expires_at=EXPIRES_AT, keys=KEYS)


def _each(things: list[Thing], do: Callable[[Thing], object]) -> Contender:
    def all_of_them() -> None:
        for thing in things:
            do(thing)

    return cpu_of(all_of_them)


def _result(what: str, per_second: Mapping[str, float], names: tuple[str, str, str]) -> Result:
    ours, limit, peer = (per_second[name] for name in names)
    return Result(
        what=what,
        ours=f"{ours:,.0f}/s",
        limit=f"{limit:,.0f}/s: {limit / ours:.1f} x",
        peer=f"itsdangerous {peer:,.0f}/s: {peer / ours:.2f} x",
        goal=f">= {GOAL:,}/s",
        met=ours >= GOAL,
    )
