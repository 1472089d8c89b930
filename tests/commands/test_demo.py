"""`portal demo` beside another one: refused before anything of that one is removed."""

import fcntl
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collections_portal.cli import main
from collections_portal.commands.demo import name_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a demo, with something in it."""
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "this-is-a-demo").touch()
    (folder / "portal.sqlite").write_text("its database")
    return folder


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def demo(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["demo", "--folder", str(folder), *words])


def test_a_demo_on_a_port_in_use_is_refused_and_removes_nothing(folder: Path, taken: int) -> None:
    refused = demo(folder, "--port", str(taken))
    assert refused.exit_code == 2
    assert f"127.0.0.1:{taken} cannot be used" in refused.output
    assert (folder / "portal.sqlite").read_text() == "its database"


def test_a_demo_in_the_folder_of_a_running_one_is_refused_and_removes_nothing(folder: Path) -> None:
    with (folder / "this-is-a-demo").open("w") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        refused = demo(folder, "--port", "0")
    assert refused.exit_code == 2
    assert "A demo is running in" in refused.output
    assert (folder / "portal.sqlite").read_text() == "its database"


def test_a_folder_that_holds_something_else_is_left_alone(folder: Path) -> None:
    (folder / "this-is-a-demo").unlink()
    assert "is no demo" in demo(folder, "--port", "0").output
    assert (folder / "portal.sqlite").exists()


@pytest.mark.parametrize(
    ("listened_on", "opened_at"),
    [
        ("127.0.0.1", "127.0.0.1"),
        (str(IPv4Address(0)), "localhost"),
        ("::", "localhost"),
        ("::1", "localhost"),
        ("localhost", "localhost"),
        ("demo.example", "demo.example"),
        ("192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_link_names_an_address_that_a_browser_can_open(listened_on: str, opened_at: str) -> None:
    assert name_of(listened_on) == opened_at
