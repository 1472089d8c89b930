"""A clock that stands still until a test moves it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType

import freezegun
import freezegun.api
import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

# A Wednesday in winter time, at noon in Amsterdam.
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)


def _names_counted(module: ModuleType) -> str:
    """Return by what freezegun sees that a module has got other names since it looked through it.

    Its own way lists and hashes all names of a thousand modules for each clock: that took a fifteenth of the
    run. Nothing takes a name from a module and gives it another without a test's own patch being undone.
    """
    return f"{id(module)}-{len(vars(module))}"


freezegun.api._get_module_attributes_hash = _names_counted

# None of these asks what day it is, and to look through all they hold takes longer than many tests.
freezegun.configure(
    extend_ignore_list=[
        "_pytest", "alembic", "argon2", "babel", "charset_normalizer", "click", "cryptography", "execnet",
        "html5lib", "hypothesis", "importlib", "jinja2", "mako", "passlib", "phonenumbers", "PIL",
        "playwright", "pluggy", "psycopg", "pygments", "pypdf", "redis", "rich", "segno", "sqlalchemy",
        "stdnum", "typing", "wtforms", "xml",
    ]
)  # fmt: skip


class Clock:
    """Shows one moment, aware and in UTC, to everything that asks for the time."""

    def __init__(self, frozen: FrozenDateTimeFactory) -> None:
        self._frozen = frozen

    @property
    def now(self) -> datetime:
        """The moment it shows."""
        return self._frozen().replace(tzinfo=UTC)

    def move_to(self, moment: datetime) -> None:
        """Show this moment (aware), earlier or later."""
        if moment.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        self._frozen.move_to(moment)

    def pass_by(self, **span: float) -> None:
        """Let time pass: `clock.pass_by(days=3)`, in the words of timedelta."""
        self._frozen.tick(timedelta(**span))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock at noon on Wednesday 18 November 2026; other processes, such as browsers, keep their own."""
    with freeze_time(NOON) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield Clock(frozen)
