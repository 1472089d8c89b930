"""What the values of a file tell about how they are written: their date order, their decimal sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)

SAMPLES = 3
_MOST_REMEMBERED = 50_000


class Verdict(StrEnum):
    """How sure the evidence is."""

    CLEAR = "clear"
    NO_MATTER = "no_matter"
    AMBIGUOUS = "ambiguous"
    CONFLICTING = "conflicting"


@dataclass(frozen=True, slots=True)
class Finding(Generic[Choice]):
    """What was found. `choice` is None where a person must choose.

    `clear`: some values can be read in one way only, and none in another way only. `no_matter`: all values
    mean the same in each way that can read them. `ambiguous`: values could be read in more than one way and
    none decides. `conflicting`: some are readable in one way only, some in another way only.
    `samples` gives for each way that is possible the values that speak for it, or that could be read so.
    """

    verdict: Verdict
    choice: Choice | None
    samples: Mapping[Choice, tuple[str, ...]]


class Evidence(Generic[Choice]):
    """Collects, value by value, which of the choices the values allow. Memory is bounded."""

    def __init__(self, *, default: Choice) -> None:
        self._default = default
        self._deciding: dict[Choice, list[str]] = {}
        self._open: dict[Choice, list[str]] = {}
        self._able: list[Choice] | None = None
        self._seen: set[str] = set()

    def is_new(self, text: str) -> bool:
        """Tell whether the text was not seen before; it counts as seen from now on."""
        if text in self._seen:
            return False
        if len(self._seen) < _MOST_REMEMBERED:
            self._seen.add(text)
        return True

    def add(self, text: str, readings: Mapping[Choice, object]) -> None:
        """Take in a value and what it means under each choice that can read it."""
        if readings:
            self._able = [each for each in self._able or readings if each in readings]
        if len(readings) == 1:
            _keep(self._deciding, readings, text)
        elif len(set(readings.values())) > 1:
            _keep(self._open, readings, text)

    def finding(self) -> Finding[Choice]:
        """Return what all values together tell."""
        if len(self._deciding) == 1:
            return self._found(Verdict.CLEAR, next(iter(self._deciding)), self._deciding)
        if self._deciding:
            return self._found(Verdict.CONFLICTING, None, self._deciding)
        if self._open:
            return self._found(Verdict.AMBIGUOUS, None, self._open)
        able = self._able or [self._default]
        return self._found(Verdict.NO_MATTER, self._default if self._default in able else able[0], {})

    def _found(
        self, verdict: Verdict, choice: Choice | None, samples: Mapping[Choice, list[str]]
    ) -> Finding[Choice]:
        return Finding(verdict, choice, {way: tuple(texts) for way, texts in samples.items()})


def _keep(kept: dict[Choice, list[str]], readings: Mapping[Choice, object], text: str) -> None:
    for choice in readings:
        samples = kept.setdefault(choice, [])
        if len(samples) < SAMPLES:
            samples.append(text)
