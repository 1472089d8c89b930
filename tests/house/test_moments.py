"""The clock of tests stands still in every module, also in one that came after the last clock, or grew."""

import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest
from freezegun import freeze_time

from tests.moments import NOON


def test_the_clock_stands_still_in_a_module_that_asks_only_now(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("came_later")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with freeze_time(NOON):
        """It was looked through, and had nothing that tells the time."""
    for name in ("datetime", "another_datetime"):
        setattr(module, name, datetime)
        with freeze_time(NOON):
            assert getattr(module, name).now(UTC) == NOON
        assert getattr(module, name) is datetime
