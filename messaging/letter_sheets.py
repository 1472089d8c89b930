"""A stored message turned into a letter: data for the typesetter, never source, and a copy to keep."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import segno

from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.models import Channel, Debtor
from invoices.postal import PostalAddress, postal_address
from messaging import legal_words, letter_words, wording
from messaging.events import EVENTS, Part
from messaging.layout import Block, blocks
from messaging.legal_values import Owed, owed_on, totals_of
from messaging.letter_words import WORDS, LetterWords
from messaging.link_text import LinkText
from messaging.models import Message
from messaging.placeholders import Template, clean, empty_names, fill
from messaging.rendering import HIDDEN_LINK, invoices_in, texts_of, values_for
from messaging.texts import foot, help_block_on_paper

# The windows of the envelopes that are usual there lie on the right.
WINDOW_ON_THE_RIGHT = ("BE", "FR", "LU")
INVOICES, BUTTON = "invoices", "button"


class AddressIncomplete(Refusal):
    """A letter has nowhere to go: name, street, postcode or place is missing."""

    sentence = N_("The postal address of this debtor is not complete.")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is printed, as data; and what is kept of it, which holds no link's key."""

    data: dict[str, Any]
    recipient: str
    subject: str
    body: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of all that is written in it, as JSON."""
        return sha256(json.dumps(self.data, sort_keys=True).encode()).hexdigest()


def letter_of(*, message: Message, link: LinkText, number: int, now: datetime) -> Letter:
    """Return the letter as it is printed now, as the one of this number in its batch.

    Raises AddressIncomplete, and what filling a text and the law may refuse.
    """
    organisation = db.session.get_one(Organisation, message.organisation_id)
    debtor = db.session.get_one(Debtor, message.debtor_id)
    address = postal_address(debtor=debtor, home=organisation.country)
    if address is None:
        raise AddressIncomplete
    on_paper = replace(link, url=link.site + link.code)
    invoice_ids = invoices_in(message)
    values = values_for(message, organisation, on_paper, invoice_ids, now)
    subject, pieces = _texts(message, values)
    owed = owed_on(organisation_id=organisation.id, invoice_ids=invoice_ids)
    data = {
        "number": number,
        "language": message.language,
        "date": wording.day(day_in(now, organisation.zone), language=message.language, short=False),
        "subject": subject,
        "blocks": [{"kind": piece.kind, "lines": piece.lines} for piece in pieces],
        "foot": _foot(message, values),
        "link": _way_in(link, WORDS[message.language]),
        **_head(organisation, address),
        **_table(owed, message.language),
    }
    plain = _clean(data)
    return Letter(plain, address.in_short, subject[:240], _copy(plain, on_paper.url))


def _texts(message: Message, values: Mapping[str, str]) -> tuple[str, list[Block]]:
    """Return the subject, and the text in pieces with the table and the code where they belong."""
    event, language = EVENTS[message.event], message.language
    texts = texts_of(
        organisation_id=message.organisation_id,
        event=message.event,
        channel=Channel.LETTER,
        language=language,
    )
    body = event.parse(Part.BODY, texts[Part.BODY])
    aid = help_block_on_paper(message.event, language)
    pieces = list(_filled(body, values))
    kinds = [piece.kind for piece in pieces]
    if BUTTON not in kinds:
        pieces.append(Block(BUTTON, (WORDS[language].label,)))
    if INVOICES not in kinds:
        place = next(index for index, piece in enumerate(pieces) if piece.kind == BUTTON)
        pieces.insert(place, Block(INVOICES, ()))
    subject = fill(event.parse(Part.SUBJECT, texts[Part.SUBJECT]), values)
    return subject, [*pieces, *_filled(aid, values)]


def _filled(template: Template, values: Mapping[str, str]) -> Iterator[Block]:
    """Yield the pieces of a text, filled one by one: what a value says can make no heading or bullet."""
    for block in blocks(template.without(empty_names(template.names, values)).text):
        if block.lines == ("((invoice_list))",):
            yield Block(INVOICES, ())
        else:
            lines = (fill(Template(line), values) for line in block.lines)
            yield Block(block.kind, tuple(part for line in lines for part in line.split("\n")))


def _head(organisation: Organisation, address: PostalAddress) -> dict[str, Any]:
    own = [line.strip() for line in organisation.postal_address.splitlines() if line.strip()]
    abroad = letter_words.country(address.country, language=organisation.language) if address.country else ""
    reached = (organisation.support_phone, organisation.support_email)
    return {
        "window": "right" if organisation.country in WINDOW_ON_THE_RIGHT else "left",
        "sender": [organisation.name, *own, *(one for one in reached if one)],
        "return_line": ", ".join([organisation.name, *own]),
        "address": [*address.lines, *([abroad] if abroad else [])],
    }


def _table(owed: Sequence[Owed], language: str) -> dict[str, Any]:
    words = WORDS[language]
    accounts = dict.fromkeys(one.account for one in owed if one.account and one.account.iban)
    return {
        "invoices": {
            "head": words.head,
            "rows": [
                [
                    f"{one.number} {one.description}".strip(),
                    letter_words.day(one.due_on, language=language),
                    one.payment_reference or one.number,
                    legal_words.money(one.open, language=language),
                ]
                for one in owed
            ],
            "totals": [[words.total, legal_words.money(one, language=language)] for one in totals_of(owed)],
        },
        "pay": words.pay,
        "accounts": [letter_words.account(one) for one in accounts],
    }


def _way_in(link: LinkText, words: LetterWords) -> dict[str, str]:
    code = BytesIO()
    segno.make(link.url, error="m", micro=False).save(code, kind="svg", border=2, xmldecl=False)
    return {
        "qr": code.getvalue().decode(),
        "scan": words.scan,
        "type": words.to_type,
        "site": link.site,
        "code": link.code,
    }


def _foot(message: Message, values: Mapping[str, str]) -> list[str]:
    said = fill(foot(message.event, message.language), values)
    return [line for line in said.splitlines() if line.strip()]


def _clean(value: Any) -> Any:
    """Return it without control characters and marks that turn the reading direction, wherever they stand."""
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return clean(value) if isinstance(value, str) else value


def _copy(data: Mapping[str, Any], address: str) -> str:
    """Return the letter as plain text, without its link's key."""
    rows = data["invoices"]["rows"] + data["invoices"]["totals"]
    table = "\n".join([*(" · ".join(row) for row in rows), data["pay"], *data["accounts"]])
    pieces = []
    for block in data["blocks"]:
        lines = "\n".join(f"- {line}" if block["kind"] == "bullets" else line for line in block["lines"])
        pieces.append(table if block["kind"] == INVOICES else lines)
        if block["kind"] == BUTTON:
            pieces[-1] += f": {HIDDEN_LINK}"
    head = "\n".join(data["address"])
    return "\n\n".join([head, data["date"], *pieces]).replace(address, HIDDEN_LINK)
