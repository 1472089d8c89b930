"""Strings that stand nowhere but in one organisation's rows: seen elsewhere, they tell of a leak."""

import re
from itertools import count

MARK = "zq7kanarie"
NUMBERS = "+3169900"


class Canaries:
    """Makes them, remembers them, and finds them in what was answered, however it is spaced or written."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.made: set[str] = set()

    def word(self) -> str:
        """Return a name, street, number or sentence: letters and digits, so that nothing escapes it."""
        return self._new(f"Zq7Kanarie{next(self._numbers):03}x")

    def email(self) -> str:
        """Return an e-mail address."""
        return self._new(f"{MARK}{next(self._numbers):03}x@mail.example")

    def mobile(self) -> str:
        """Return a mobile number, as it is stored."""
        return self._new(f"{NUMBERS}{next(self._numbers):04}")

    def _new(self, text: str) -> str:
        self.made.add(text)
        return text

    def found_in(self, text: str) -> set[str]:
        """Return the canaries in a page, its headers, or a file."""
        plain = re.sub(r"\s|&nbsp;", "", text).lower()
        if MARK not in plain and NUMBERS.removeprefix("+31") not in plain:
            return set()
        return {one for one in self.made if one.lower().removeprefix("+31") in plain}
