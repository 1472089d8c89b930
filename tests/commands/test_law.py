"""`portal law`: what an operator sees of the rows, and of a folder that cannot be used."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collections_portal.cli import main
from collections_portal.config import Config, ConfigurationIncomplete
from core.law import shelf
from tests.installation import ENVIRONMENT

ROW = """
[[rows]]
id = "nl.interest.consumer.2026"
rule = "interest"
segments = ["B2C"]
valid_from = 2026-01-01
status = "sure"
source = "Looked up in the gazette"
seen = "there"
percent = 4
"""


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command `portal law` of an installation."""
    for name, value in (ENVIRONMENT | {"PORTAL_VAR": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(main, ["law", *words])


def line(result: Result, row: str) -> str:
    assert result.exit_code == 0, result.output
    return next(one for one in result.output.splitlines() if f" {row} " in one)


def test_every_row_is_listed_with_its_source(portal: Callable[..., Result]) -> None:
    result = portal()
    assert len(result.output.splitlines()) == len(shelf.shipped().rows)
    assert line(result, "nl.collection_cost.2012").startswith("on ")
    assert "Stb. 2012, 141" in line(result, "nl.collection_cost.2012")
    assert line(result, "nl.interest.consumer.2026").startswith("OFF")
    assert {one.split()[1].partition(".")[0] for one in portal("--country", "be").output.splitlines()} == {
        "be"
    }


def test_the_operators_folder_comes_first(
    portal: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nl.toml").write_text(ROW)
    monkeypatch.setenv("PORTAL_LAW_DIR", str(tmp_path))
    assert line(portal(), "nl.interest.consumer.2026").startswith("on ")


@pytest.mark.parametrize("content", [None, "rows = nonsense", ROW + ROW.replace("2026", "2027"), ROW[:60]])
def test_a_folder_that_is_no_law_stops_the_portal(tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "law"
    if content is not None:
        folder.mkdir()
        (folder / "nl.toml").write_text(content)
    with pytest.raises(ConfigurationIncomplete, match="PORTAL_LAW_DIR cannot be used"):
        Config.from_environment(ENVIRONMENT | {"PORTAL_LAW_DIR": str(folder)})
