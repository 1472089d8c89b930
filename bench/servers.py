"""Servers on loopback for the client to load: the portal as `portal run`, the others by the same waitress."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.page import ROOT
from bench.results import Contender
from bench.stores import Store

HOST = "pay.example.org"
START_WITHIN = 30
_PORT = re.compile(r'"port": ?"?(\d+)')


@contextmanager
def portal(store: Store) -> Iterator[int]:
    """Run `portal run` with a configuration of its own and hand out its port."""
    environment = {
        "PORTAL_URL": f"https://{HOST}",
        "PORTAL_SECRET_KEYS": secrets.token_urlsafe(48),
        "PORTAL_LINK_KEYS": secrets.token_urlsafe(48),
        "PORTAL_VAR": str(store.folder),
        "DATABASE_URL": store.url,
        "SMTP_HOST": "127.0.0.1",
        "MAIL_FROM": "bench@voltwerk.example",
        "PORT": "0",
    }
    program = str(Path(sys.executable).with_name("portal"))
    with _running([program, "run"], environment, store.folder / "portal.log") as port:
        yield port


@contextmanager
def other(name: str, store: Store, **settings: Any) -> Iterator[int]:
    """Run `bench/peers/serve.py` with one of its applications and hand out its port."""
    file = store.folder / f"{name}.json"
    file.write_text(json.dumps(settings))
    command = [sys.executable, "-m", "bench.peers.serve", name, str(file)]
    with _running(command, {}, store.folder / f"{name}.log") as port:
        yield port


@contextmanager
def django_asked(store: Store, **settings: Any) -> Iterator[tuple[list[str], Contender]]:
    """Run `bench/peers/answer.py`; hand out the cookies of its visitors, and what measures its requests."""
    file = store.folder / "answer.json"
    file.write_text(json.dumps(settings))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.peers.answer", str(file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    questions, answers = process.stdin, process.stdout

    def take(calls: int) -> float:
        questions.write(f"{calls}\n")
        questions.flush()
        return float(answers.readline())

    with process:
        yield json.loads(answers.readline()), take
        questions.close()


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[int]:
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield _port(process, log)
        finally:
            process.terminate()
            process.wait(timeout=START_WITHIN)


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and process.poll() is None:
        found = _PORT.search(log.read_text())
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start: {log.read_text()[-2000:]}")
