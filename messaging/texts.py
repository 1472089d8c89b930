"""The portal's own texts: what is sent as long as an organisation has not written its own words.

One file for each event and language, `templates/messages/<event>/<language>.toml`, with a string for each
part; `templates/messages/shell/` has the help block and the foot that stand under every e-mail and letter.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from messaging.events import EVENTS, PLACEHOLDERS, Audience, MessageEvent, Part
from messaging.layout import TEMPLATES
from messaging.placeholders import Template, parse

_FOLDER = TEMPLATES / "messages"


@cache
def default_texts(event: str, language: str) -> Mapping[Part, str]:
    """Return the text of every part of `event` (a name in `EVENTS`) in `language` (nl, fr, de, en, nb)."""
    written = _read(event, language)
    return MappingProxyType({part: written[part].strip() for part in EVENTS[event].parts})


@cache
def help_block(event: str, language: str) -> Template | None:
    """Return the block with telephone and e-mail address; a member of the organisation needs none."""
    if EVENTS[event].audience is Audience.MEMBER:
        return None
    return _shell(EVENTS[event], "aid", language)


@cache
def help_block_on_paper(event: str, language: str) -> Template:
    """Return the same block as a letter has it."""
    return _shell(EVENTS[event], "letter_aid", language)


@cache
def foot(event: str, language: str) -> Template:
    """Return the lines that say who sends the e-mail."""
    return _shell(EVENTS[event], "foot", language)


def _shell(event: MessageEvent, name: str, language: str) -> Template:
    text = _read("shell", language)[name].strip()
    return parse(text, allowed=event.allowed[Part.BODY], known=frozenset(PLACEHOLDERS))


def _read(folder: str, language: str) -> dict[str, str]:
    with (_FOLDER / folder / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)
