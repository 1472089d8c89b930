"""Texts with `((placeholders))`: found, checked against a list, and filled in.

Organisations write these texts themselves, so there is no language in them: no loops, no conditions, no
attributes, nothing to run. One rule takes the place of conditions: **a line whose placeholder has nothing to
say is left out**, unless it holds what the message is sent for.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from html import escape

from core.refusals import N_, Refusal

MAX_TEXT = 20_000
MAX_PLACEHOLDERS = 60
MAX_VALUE = 10_000
# A message that begins a term names each of its invoices, and so does a receipt: no honest list of ours is
# refused. An invoice has at most 400 characters: 60 of its number, 240 that describe it, its day and amount.
MOST_NAMED = 1_000
MAX_LIST = MOST_NAMED * 400
LISTS = frozenset({"invoice_list", "creditor_name", "creditor_number", "paused_invoices"})

_WRITTEN = re.compile(r"\(\(([^()\n]{1,60})\)\)")
_GAP = re.compile(r"\n{3,}")
_SLOT = re.compile(r"\(\(([a-z_]{1,60})\)\)")

# Control characters are never meant, and marks that turn the reading direction could show an address
# backwards. A lone surrogate cannot be written as UTF-8 at all.
_NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class UnknownPlaceholder(Refusal):
    """The text names a placeholder that does not exist."""

    sentence = N_("There is no placeholder ((%(name)s)). You can use: %(choices)s.")


class MisspelledPlaceholder(UnknownPlaceholder):
    """The text names a placeholder that does not exist, but one that is there is spelled nearly so."""

    sentence = N_("There is no placeholder ((%(name)s)). Did you mean ((%(meant)s))?")


class PlaceholderNotAllowedHere(Refusal):
    """The placeholder exists, but not for this message or not in this part of it."""

    sentence = N_("((%(name)s)) cannot be used in this text. You can use: %(choices)s.")


class MissingPlaceholder(Refusal):
    """A placeholder that must be there is not: a message with a link is of no use without the link."""

    sentence = N_("This text needs ((%(name)s)).")


class TemplateTooLong(Refusal):
    """The text or the number of its placeholders is above the limit."""

    sentence = N_(
        "This text is too long. At most %(limit)s characters and %(placeholders)s placeholders fit."
    )


class ValueTooLong(Refusal):
    """What has to be filled in is longer than any honest value."""

    sentence = N_("The value for ((%(name)s)) is too long: at most %(limit)s characters fit.")


class ValueMissing(Refusal):
    """The text asks for something the sender did not hand in."""

    sentence = N_("There is no value for ((%(name)s)).")


@dataclass(frozen=True)
class Template:
    """A checked text: every `((name))` in it is written plainly and known; `required` ones are in it."""

    text: str
    required: frozenset[str] = frozenset()

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """Words and names in turn: the even ones are words, the odd ones are names."""
        return tuple(_SLOT.split(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """The placeholders that occur."""
        return frozenset(self.pieces[1::2])

    def without(self, empty: Collection[str]) -> "Template":
        """Return the text without the lines that name one of `empty`, and without the gap they leave.

        A line with a required placeholder stays: without its link a message is of no use.
        """
        gone = self.names.intersection(empty)
        if not gone:
            return self
        lines = self.text.split("\n")
        kept = "\n".join(line for line in lines if self._stays(set(_SLOT.findall(line)), gone))
        return Template(_GAP.sub("\n\n", kept), self.required)

    def _stays(self, names: set[str], gone: frozenset[str]) -> bool:
        return gone.isdisjoint(names) or not self.required.isdisjoint(names)


def parse(
    text: str,
    *,
    allowed: Collection[str],
    required: Collection[str] = (),
    known: Collection[str] = (),
) -> Template:
    """Return `text` as a template.

    Names may be written with capitals, blanks or hyphens: `((Link valid until))` is `((link_valid_until))`.
    `known` are the placeholders that exist elsewhere; naming one gets a refusal of its own. Raises
    `TemplateTooLong`, `UnknownPlaceholder`, `PlaceholderNotAllowedHere`, `MissingPlaceholder`.
    """
    text = clean(text)
    written = _WRITTEN.findall(text)
    if len(text) > MAX_TEXT or len(written) > MAX_PLACEHOLDERS:
        raise TemplateTooLong(limit=MAX_TEXT, placeholders=MAX_PLACEHOLDERS)
    for name in written:
        _check(name, allowed=allowed, known=known)
    template = Template(_WRITTEN.sub(lambda match: f"(({_plain(match[1])}))", text), frozenset(required))
    for name in sorted(required):
        if name not in template.names:
            raise MissingPlaceholder(name=name)
    return template


def fill(template: Template, values: Mapping[str, str]) -> str:
    """Return the text with `values` in it, as plain text. Lines with an empty value are left out.

    Raises `ValueMissing`, `ValueTooLong`.
    """
    kept = template.without(empty_names(template.names, values))
    return join(kept.pieces, values, clean)


def fill_html(pieces: tuple[str, ...], values: Mapping[str, str]) -> str:
    """Return prepared HTML `pieces` (see `slots_of`) with escaped `values` between them.

    Line ends in a value become `<br>`. Raises `ValueMissing`, `ValueTooLong`.
    """
    return join(pieces, values, _as_html)


def slots_of(text: str) -> tuple[str, ...]:
    """Return words and names in turn of a text that was made from checked templates only."""
    return tuple(_SLOT.split(text))


def empty_names(names: Collection[str], values: Mapping[str, str]) -> frozenset[str]:
    """Return those of `names` whose value is there and empty."""
    return frozenset(name for name in names if not values.get(name, "-").strip())


def join(pieces: tuple[str, ...], values: Mapping[str, str], prepare: Callable[[str], str]) -> str:
    """Return `pieces` as one text: the even ones as they are, for the odd ones their prepared value."""
    prepared: dict[str, str] = {}
    for name in set(pieces[1::2]):
        if name not in values:
            raise ValueMissing(name=name)
        limit = MAX_LIST if name in LISTS else MAX_VALUE
        if len(values[name]) > limit:
            raise ValueTooLong(name=name, limit=limit)
        prepared[name] = prepare(values[name])
    parts = list(pieces)
    parts[1::2] = [prepared[name] for name in parts[1::2]]
    return "".join(parts)


def clean(value: str) -> str:
    """Return `value` with one kind of line end and without characters that are never meant."""
    return _NEVER.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def _as_html(value: str) -> str:
    return escape(clean(value)).replace("\n", "<br>\n")


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip()).lower()


def _check(name: str, *, allowed: Collection[str], known: Collection[str]) -> None:
    plain = _plain(name)
    if plain in allowed:
        return
    choices = ", ".join(f"(({choice}))" for choice in sorted(allowed))
    if plain in known:
        raise PlaceholderNotAllowedHere(name=plain, choices=choices)
    near = get_close_matches(plain, sorted(allowed), n=1)
    if near:
        raise MisspelledPlaceholder(name=name, meant=near[0])
    raise UnknownPlaceholder(name=name, choices=choices)
