"""The rows themselves: complete, apart from each other, and off where nobody is sure."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.law.rows import LawMisread, LawSilent, Segment, Status, rows_of, segment_of
from core.law.shelf import book, shipped

UNSURE = {
    "be.interest_start.after_reminder",
    "be.saturday",
    "nl.interest.commercial.2026-1",
    "nl.interest.consumer.2025",
    "nl.interest.consumer.2026",
}
ROW: dict[str, Any] = {
    "id": "xx.interest",
    "rule": "interest",
    "segments": ["B2C"],
    "valid_from": date(2026, 1, 1),
    "status": "sure",
    "source": "A law",
    "seen": "A page",
    "percent": Decimal("4.5"),
}


def test_every_row_says_where_it_stands_and_what_is_off_is_known() -> None:
    rows = shipped().rows
    assert len({row.id for row in rows}) == len(rows)
    assert all(row.source and row.seen and row.segments for row in rows)
    assert {row.id for row in rows if row.status is Status.UNSURE} == UNSURE
    assert {row.country for row in rows} == {"NL", "BE", "NO", "DE", "FR", "LU", "EU", "ANY"}


def test_no_number_passes_through_binary_fractions() -> None:
    def numbers(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [one for each in value.values() for one in numbers(each)]
        if isinstance(value, list):
            return [one for each in value for one in numbers(each)]
        return [value]

    found = [one for row in shipped().rows for each in row.values.values() for one in numbers(each)]
    assert not [one for one in found if isinstance(one, float)]
    assert Decimal("12.25") in found


def test_an_unknown_debtor_is_protected_as_a_consumer() -> None:
    assert segment_of(is_company=None) is segment_of(is_company=False) is Segment.CONSUMER
    assert segment_of(is_company=True) is Segment.BUSINESS


@pytest.mark.parametrize(
    ("day", "percent"),
    [(date(2023, 12, 31), None), (date(2024, 1, 1), 7), (date(2024, 12, 31), 7), (date(2025, 1, 1), None)],
)
def test_a_row_holds_on_its_first_and_on_its_last_day(day: date, percent: int | None) -> None:
    row = shipped().find("interest", country="NL", segment=Segment.CONSUMER, on=day)
    assert (row and row.number("percent")) == percent
    if percent is None:
        with pytest.raises(LawSilent):
            shipped().row("interest", country="NL", segment=Segment.CONSUMER, on=day)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"segments": ["B2X"]}, "B2X"),
        ({"segments": []}, "for whom"),
        ({"source": ""}, "where it stands"),
        ({"status": "perhaps"}, "perhaps"),
        ({"valid_to": date(2025, 1, 1)}, "ends before"),
    ],
)
def test_a_row_that_is_wrong_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(LawMisread, match=words) as refused:
        rows_of("XX", {"rows": [ROW | change]})
    assert "xx.interest" in str(refused.value)


def test_a_row_without_a_source_is_named() -> None:
    with pytest.raises(LawMisread, match=r"xx\.interest: 'source'"):
        rows_of("XX", {"rows": [{name: value for name, value in ROW.items() if name != "source"}]})


def test_two_rows_never_say_two_things_on_one_day() -> None:
    later = ROW | {"id": "xx.later", "valid_from": date(2026, 7, 1)}
    with pytest.raises(LawMisread, match=r"xx\.later: it says what xx\.interest says"):
        rows_of("XX", {"rows": [ROW, later]})
    assert len(rows_of("XX", {"rows": [ROW | {"valid_to": date(2026, 6, 30)}, later]})) == 2
    assert len(rows_of("XX", {"rows": [ROW, later | {"segments": ["B2B"]}]})) == 2
    assert len(rows_of("XX", {"rows": [ROW, later | {"status": "unsure"}]})) == 2


def test_an_operator_adds_a_rate_and_switches_one_on(tmp_path: Path) -> None:
    (tmp_path / "nl.toml").write_text(
        """
        [[rows]]
        id = "nl.interest.consumer.2026"
        rule = "interest"
        segments = ["B2C"]
        valid_from = 2026-01-01
        valid_to = 2026-12-31
        status = "sure"
        source = "Art. 6:119 and 6:120(1) BW"
        seen = "looked up by us"
        percent = 4.25
        """
    )
    amended = book(tmp_path)
    found = amended.row("interest", country="NL", segment=Segment.CONSUMER, on=date(2026, 11, 21))
    assert found.number("percent") == Decimal("4.25")
    assert len(amended.rows) == len(shipped().rows)
    assert book(None) is shipped()


def test_a_folder_that_cannot_be_read_as_law_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawMisread, match="not a folder"):
        book(tmp_path / "nowhere")
    (tmp_path / "nl.toml").write_text("rows = nonsense")
    with pytest.raises(LawMisread, match=r"nl\.toml"):
        book(tmp_path)
