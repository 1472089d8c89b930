"""A Redis server of this run's own, in memory, on a random port of loopback."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from tests import machine


@contextmanager
def own_redis(program: str | Path) -> Iterator[str]:
    """Run Redis' server until the block ends, and say at which address."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    arguments = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
    try:
        with Redis(port=port) as client:
            _wait_for(client)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of this worker's Redis, with whatever the test before this one left in it."""
    with own_redis(machine.need("redis")) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of an empty Redis."""
    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


def _wait_for(client: Redis) -> None:
    for _ in range(100):
        try:
            client.ping()
        except NotThere:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("Redis did not start within five seconds.")
