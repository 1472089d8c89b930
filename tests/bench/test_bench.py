"""What `make bench` is made of: the runner, taking turns, and the page it writes."""

import re
from pathlib import Path

import pytest

from bench import __main__ as runner
from bench import page
from bench.peers.bare import BarePage
from bench.results import Result, Section, in_turn, ratio
from bench.stores import store_of
from bench.visiting import PATH, VISITORS, asking, settle
from collections_portal.app import create_app
from collections_portal.config import Config
from core.database import db

SECTION = Section(
    "Doors", "Opened by hand.", [Result("opening", "2/s", limit="3/s", goal=">= 5/s", met=False)]
)


def test_every_measurement_is_found_by_its_name() -> None:
    assert {"importing", "list_page", "tokens"} <= set(runner.names())


def test_contenders_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def contender(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    taken = in_turn(
        {"ours": lambda calls: contender("ours", 2.0), "limit": lambda calls: contender("limit", 1.0)},
        rounds=2,
        calls=2,
    )
    assert order == ["ours", "limit"] * 3
    assert taken == {"ours": [1.0, 1.0], "limit": [0.5, 0.5]}
    assert ratio(taken["ours"], taken["limit"]) == 0.5


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page, somewhere else."""
    monkeypatch.setattr(page, "FILE", tmp_path / "performance.md")
    return page.FILE


def test_a_missed_goal_is_written_as_missed(file: Path) -> None:
    page.keep("doors", SECTION)
    assert "| opening | 2/s | 3/s |  | >= 5/s | **no** |" in file.read_text()


def test_a_second_measurement_replaces_the_first_and_leaves_the_others(file: Path) -> None:
    page.keep("doors", SECTION)
    page.keep("windows", Section("Windows", "Looked through.", []))
    page.keep("doors", Section("Doors", "Opened by machine.", []))
    text = file.read_text()
    assert "Opened by hand." not in text
    assert text.count("## Doors") == text.count("## Windows") == 1
    assert text.index("## Doors") < text.index("## Windows")


def test_the_limit_shows_the_invoices_that_the_product_shows() -> None:
    with store_of("sqlite") as store:
        app = create_app(Config.for_tests(database_url=store.url, var_dir=store.folder))
        secrets = settle(app, store, invoices=100)
        requests = [(PATH, f"visit={secret}") for secret in secrets.values()]
        bare = BarePage(url=store.url, cookie="visit", frame=("<table>", "</table>"))
        ours, limit = asking(app, requests)().decode(), asking(bare, requests)().decode()
        with app.app_context():
            db.engine.dispose()
    assert len(secrets) == min(VISITORS, 2)
    assert ours.count("<tbody") == limit.count("<tbody") == 12
    numbers = re.findall(r'for="invoice-\w+">(Factuur 2026/\d+)<', limit)
    assert len(numbers) == 12
    assert re.findall(r'for="invoice-\w+">(Factuur 2026/\d+)<', ours) == numbers
