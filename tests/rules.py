"""Every rule of the portal as an address: what its parameters stand for, and who it is for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

PARAMETER = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
# What may end a session comes last.
METHODS = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "POST")
ADDED_BY_FLASK = {"HEAD", "OPTIONS"}
# What stands in an address and is nobody's: the same in every organisation, or a file.
PLAIN = {"filename": "debtor.css", "event": "invoice_link", "channel": "email", "language": "nl"}
# What opens by itself, whoever holds it; strangers hold one that is almost right.
SECRETS = ("k", "invitation", "reset-password")


@dataclass(frozen=True, slots=True)
class Place:
    """A rule, with the words its parameters stand behind: `contacts` for /debtors/<id>/contacts/<id>."""

    rule: Rule
    words: tuple[str, ...]

    @property
    def door(self) -> str:
        """`debtor`, `desk`, `settings`, or nothing for what belongs to no door."""
        first = self.rule.endpoint.split(".")[0]
        return first if first in ("debtor", "desk", "settings") else ""

    @property
    def endpoint(self) -> str:
        """The name of its view."""
        return str(self.rule.endpoint)

    @property
    def methods(self) -> set[str]:
        """The methods its view was written for."""
        return set(self.rule.methods or ()) - ADDED_BY_FLASK

    @property
    def holds_ids(self) -> bool:
        """Whether its address names a row."""
        return any(word not in PLAIN for word in self.words)

    def address(self, ids: Mapping[str, str]) -> str:
        """Return its address with these ids; an unknown word says what is missing."""
        values = iter(self.words)

        def filled(_match: re.Match[str]) -> str:
            word = next(values)
            known = PLAIN | dict(ids)
            assert word in known, f"Say in tests/crowd.py what stands behind {word!r} in {self.rule.rule}."
            return known[word]

        return PARAMETER.sub(filled, self.rule.rule)

    def line(self) -> str:
        """Return it as routes.txt has it."""
        return f"{' '.join(sorted(self.methods)):8} {self.rule.rule}"


def places(app: Flask) -> list[Place]:
    """Return every rule of the portal."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
    return [Place(rule, tuple(_words(rule.rule))) for rule in rules]


def _words(path: str) -> Iterator[str]:
    """Yield for each parameter the word before it, or its own name when it stands for nothing in a table."""
    before = ""
    for part in path.split("/"):
        found = PARAMETER.search(part)
        if found:
            yield found[1] if found[1] in PLAIN else before
        before = part


def strangers_ids(ids: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of somebody who saw every address but holds no secret: those end differently."""
    return {word: _almost(value) if word in SECRETS else value for word, value in ids.items()}


def _almost(secret: str) -> str:
    """Return it with a letter changed that counts: the last one of base64 may stand for bits nobody reads."""
    letter = secret[-4]
    return secret[:-4] + ("A" if letter != "A" else "B") + secret[-3:]
