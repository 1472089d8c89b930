"""The shape of an e-mail's text: paragraphs, bullets, headings and one button, as plain text and as HTML.

What an organisation writes is plain text. A blank line ends a paragraph, a line that starts with "- " is a
bullet, one that starts with "# " a small heading, and a line of words that ends with `((link))` is the
button: the words become its label and the link is written below it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from messaging.placeholders import Template

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

_BUTTON = re.compile(r"(?P<label>[^()]*\w[^()]*?)\s*:?\s*\(\(link\)\)\s*")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of an organisation in an e-mail, as #RRGGBB: the accent and what is written on it."""

    accent: str = "#0B5560"
    on_accent: str = "#FFFFFF"
    accent_dark: str = "#7CC6CF"
    on_accent_dark: str = "#0C2225"

    def __post_init__(self) -> None:
        for colour in (self.accent, self.on_accent, self.accent_dark, self.on_accent_dark):
            if not _COLOUR.fullmatch(colour):
                raise ValueError("A colour is written #RRGGBB.")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the text: `kind` is paragraph, bullets, heading or button."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """Return the text's blocks in their order; lines of one kind that follow each other are one block."""
    found: list[Block] = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        joinable = ""
        for kind, line in _lines(paragraph):
            if kind == joinable and kind in {"paragraph", "bullets"}:
                found[-1] = Block(kind, (*found[-1].lines, line))
            else:
                found.append(Block(kind, (line,)))
            joinable = kind
    return tuple(found)


def blocks_of(template: Template | None) -> tuple[Block, ...]:
    """Return the blocks of a checked template, none for no template."""
    return blocks(template.text) if template else ()


def as_text(*, body: tuple[Block, ...], aid: tuple[Block, ...], foot: tuple[Block, ...]) -> str:
    """Return the plain text part with placeholders; programs know the foot by the line "-- " above it."""
    words = "\n\n".join(_block_as_text(block) for block in (*body, *aid))
    sender = "\n\n".join(_block_as_text(block) for block in foot)
    return f"((organisation))\n\n{words}\n" + (f"\n-- \n{sender}\n" if sender else "")


def as_html(
    *, language: str, look: Look, body: tuple[Block, ...], aid: tuple[Block, ...], foot: tuple[Block, ...]
) -> str:
    """Return the whole HTML part with placeholders: styles inlined, only the rules for dark screens kept.

    Takes some milliseconds, so it is done once for each text and language, never for each recipient.
    """
    shell = _environment().get_template("messages/email.html")
    page = shell.render(language=language, look=look, body=body, aid=aid, foot=foot)
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(page) + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_link"] = _with_link
    return environment


def _with_link(line: str) -> Markup:
    """Return a line as HTML in which the link can be clicked; only our own placeholder is put in as it is."""
    return escape(line).replace("((link))", Markup('<a href="((link))">((link))</a>'))


def _lines(paragraph: str) -> Iterator[tuple[str, str]]:
    for line in paragraph.split("\n"):
        stripped = line.strip()
        button = _BUTTON.fullmatch(stripped)
        if stripped.startswith("- "):
            yield "bullets", stripped[2:].strip()
        elif stripped.startswith("# "):
            yield "heading", stripped[2:].strip()
        elif button:
            yield "button", button["label"].strip()
        elif stripped:
            yield "paragraph", stripped


def _block_as_text(block: Block) -> str:
    if block.kind == "bullets":
        return "\n".join(f"- {line}" for line in block.lines)
    if block.kind == "button":
        return f"{block.lines[0]}:\n((link))"
    return "\n".join(block.lines)
