"""Refusals: what the portal says no to, by name, with a sentence for the person in front of it."""

from typing import Any


def N_(sentence: str) -> str:
    """Return the sentence as it is: a mark for the catalogue, translated where it is shown."""
    return sentence


class Language(str):
    """A language among the values of a sentence, by its code (`nb`): whoever shows it says its name."""

    __slots__ = ()


class Phrase(str):
    """Words of the catalogue among the values of a sentence: whoever shows them translates them too."""

    __slots__ = ()


class Refusal(Exception):
    """Something anticipated that is not done.

    `sentence` is an English source text with `%(name)s` marks; a door translates it and fills in `values`.
    The value that is called `country` is an ISO 3166 code, whose name is shown. It stands in brackets, `the
    law (Belgium)`, because no language joins every name in the same way.
    `status` is the HTTP status a door answers with: 401, 403, 404, 409, 410, 422, 429 or 503.
    `wait_seconds`, where it is set, says when to try again.
    """

    sentence: str = N_("This is not possible.")
    status: int = 422
    wait_seconds: int | None = None

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.sentence % values if values else self.sentence)
