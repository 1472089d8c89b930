"""Lists of fields in a form, such as the steps of a plan: rows numbered by digits, and not too many."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from wtforms import FieldList

# `stages-12-days` is of row 12. WTForms itself takes whatever Unicode calls a digit, of any length, and then
# cannot count with it.
NUMBER = re.compile(r"[0-9]{1,3}")


class Rows(FieldList):  # type: ignore[type-arg]  # the stubs know the type of the rows, WTForms does not
    """A list of fields; a name that numbers no row is a field this form does not have."""

    # What WTForms writes between the names; the stubs do not know of them.
    _separator: str
    _field_separator: str

    def __init__(self, unbound: Any, label: Any, *, max_entries: int, **options: Any) -> None:
        super().__init__(unbound, label, max_entries=max_entries, **options)

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """Yield the numbers of the rows that were sent, in any order."""
        start, between = f"{prefix}{self._separator}", self._field_separator
        for name in formdata:
            number = name.removeprefix(start).split(between, 1)[0]
            if name.startswith(start) and NUMBER.fullmatch(number):
                yield int(number)
