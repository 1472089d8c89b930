"""Where a transaction begins and ends: at a door or in a command, never in a room."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import OperationalError

from core.database import db, only_reading
from core.disk import DiskFull
from core.refusals import N_, Refusal

# The second one is a log beside the database that has no room to grow.
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)


class DatabaseBusy(Refusal):
    """The database could not be written to in time."""

    sentence = N_("This takes longer than it should. Please try again in a moment.")
    status = 503


class DatabaseFull(DiskFull, DatabaseBusy):
    """The database found no room for what it was to write: it is as it was."""


def expect_reading(value: bool) -> None:
    """Say for the rest of this request whether it only reads (a GET); `writing` may still write between."""
    only_reading.set(value)


@contextmanager
def writing(*, at_once: bool = True) -> Iterator[None]:
    """Commit what the block did, or nothing of it when it raises.

    Inside a request that only reads, its read transaction ends first, so that SQLite's write lock is taken
    at the start of the new one. Without `at_once` it is taken by the first statement that changes a table
    others see: for work that fills temporary tables first, and reads nothing else before it writes.
    Raises DatabaseBusy when SQLite's one writer did not get its turn in time, or a lock of PostgreSQL where
    an end was set to waiting for it, and DatabaseFull.
    """
    if only_reading.get():
        db.session.commit()
    before = only_reading.set(not at_once)
    try:
        yield
        db.session.commit()
    except OperationalError as error:
        db.session.rollback()
        if "database is locked" in str(error) or isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise DatabaseBusy from error
        if _is_full(error.orig):
            raise DatabaseFull from error
        raise
    except BaseException:
        db.session.rollback()
        raise
    finally:
        only_reading.reset(before)


@contextmanager
def reading_on() -> Iterator[None]:
    """Begin to read in a transaction that goes on after the block; whatever is raised in it ends it.

    For a request that only reads. Raises DatabaseFull.
    """
    try:
        yield
    except BaseException as error:
        db.session.rollback()
        if isinstance(error, OperationalError) and _is_full(error.orig):
            raise DatabaseFull from error
        raise


@contextmanager
def reading() -> Iterator[None]:
    """Read in one transaction that leaves nothing behind; on SQLite it takes no write lock.

    Raises DatabaseFull: temporary tables need room too.
    """
    before = only_reading.set(True)
    try:
        yield
    except OperationalError as error:
        if _is_full(error.orig):
            raise DatabaseFull from error
        raise
    finally:
        db.session.rollback()
        only_reading.reset(before)


def _is_full(error: BaseException | None) -> bool:
    return isinstance(error, psycopg.errors.DiskFull) or getattr(error, "sqlite_errorcode", 0) in _FULL
