"""A disk without room: said by name, so that the person in front of it reads a sentence and not a fault."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.refusals import N_, Refusal

# The last one is what a process meets that may not write as large a file.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DiskFull(Refusal):
    """There is no room to write; what was begun is taken back."""

    sentence = N_("There is no room left on our server, so nothing was stored. Please try again later.")
    status = 503


def is_full(error: BaseException) -> bool:
    """Return whether this is what the system says where there is no room."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


@contextmanager
def room() -> Iterator[None]:
    """Do what writes files. Raises DiskFull where there is no room for them."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull from error
        raise
