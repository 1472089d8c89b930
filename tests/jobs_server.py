"""A Redis server of this worker's own, in memory, on a random port of loopback."""

import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from tests import machine


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty Redis."""
    program = machine.need("redis")
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    arguments = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(
        [program, *arguments], cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL
    )
    try:
        with Redis(port=port) as client:
            _wait_for(client)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_for(client: Redis) -> None:
    for _ in range(100):
        try:
            client.ping()
        except NotThere:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("Redis did not start within five seconds.")
