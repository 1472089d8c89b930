"""`portal demo`: what it says opens what it says, and beside another one it removes nothing."""

import fcntl
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collections_portal.cli import main
from collections_portal.commands.demo import name_of
from collections_portal.story.reader import Browser
from tests.backups.places import PROGRAM
from tests.faults.web import free_port


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


@contextmanager
def demo_at(port: int, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the demo as somebody at a terminal does; give its process and what it says once it is ready."""
    command = [str(PROGRAM), "demo", "--port", str(port), "--folder", str(folder)]
    process = subprocess.Popen(command, cwd=folder.parent, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Stop it"):
                break
        yield process, "".join(said)
    finally:
        process.kill()
        process.communicate(timeout=10)


def test_what_the_demo_says_opens_the_debtors_page_the_desk_and_the_mailbox(tmp_path: Path) -> None:
    port = free_port()
    with demo_at(port, tmp_path / "demo") as (process, said):
        link, mailbox, desk = re.findall(r"http\S+", said)
        signing_in = re.search(r"agent +(\S+) +(\S+)", said)
        assert signing_in, said
        debtor, agent, anybody = (Browser(f"http://127.0.0.1:{port}") for _ in range(3))

        entry = debtor.get(link)
        invoices = debtor.post(entry, entry.form_to("/k/"), {})
        assert invoices.address.endswith("/invoices")
        assert "2026/186" in invoices.text

        door = agent.get(desk)
        email, password = signing_in.groups()
        home = agent.post(door, door.form_to("/sign-in"), {"email": email, "password": password})
        assert (home.status, home.address.endswith("/sign-in")) == (200, False)
        assert "Sanne de Wit" in agent.get("/desk/debtors").text

        letters = anybody.get(mailbox)
        assert (letters.status, "/k/" in letters.html) == (200, True)

        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - begun <= 10


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
