"""The log of a test, in a file of its own."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from core.web import logs


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Log into a file for the length of a test; returns what stands in it."""
    root, config = logging.getLogger(), structlog.get_config()
    # Taken off first: what stands there when the logs are configured is closed, and these are pytest's own.
    level = root.level
    root.handlers.clear()
    file = tmp_path / "portal.log"
    logs.configure(file=file)
    (ours,) = root.handlers
    assert isinstance(ours, logging.StreamHandler)

    yield file.read_text
    root.removeHandler(ours)
    root.setLevel(level)
    structlog.configure(**config)
    ours.stream.close()
