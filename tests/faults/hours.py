"""A clock that several processes share: it runs like the real one, from a working day, and can be put on."""

import time
from ctypes import c_double
from datetime import datetime, timedelta
from multiprocessing.context import ForkContext

from tests.factories import NOW


class Clock:
    """Begins at `NOW` when it is made. It has no lock: who is killed while reading it holds nobody up."""

    def __init__(self, context: ForkContext) -> None:
        self._began = time.monotonic()
        self._skipped = context.RawValue(c_double, 0.0)

    def __call__(self) -> datetime:
        """Return the moment it shows, aware, in UTC."""
        return NOW + timedelta(seconds=time.monotonic() - self._began + self._skipped.value)

    def skip(self, span: timedelta) -> None:
        """Put it on, for all processes at once."""
        self._skipped.value += span.total_seconds()
