"""The sentences of code and templates, and the catalogues that translate them.

`python -m tests.catalogues update` writes every sentence that no catalogue has yet into its package's ones,
and takes out those that nothing says any more.
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

from tests.house.code import ROOT, files, modules, name_of

LANGUAGES = ("nl", "fr", "de", "nb")
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
# Where the sentences of a template belong, by the first of these words in its path.
TEMPLATES = {
    "/debtor/": "collections_portal",
    "messages": "messaging",
    "settings": "settings",
    "desk": "desk",
}
Sentence = str | tuple[str, str]


def package_of(path: Path) -> str:
    """Return the package whose catalogue holds the sentences of this file."""
    name = name_of(path)
    if not name.startswith("templates/"):
        return name.partition("/")[0]
    return next((package for word, package in TEMPLATES.items() if word in name), "collections_portal")


@cache
def sentences() -> dict[Sentence, list[tuple[Path, int]]]:
    """Return every marked sentence of code and templates, with where it stands."""
    found: dict[Sentence, list[tuple[Path, int]]] = {}
    templates = [path for path in files(".html", ".txt") if name_of(path).startswith("templates/")]
    for path in (*modules(), *templates):
        is_code = path.suffix == ".py"
        method = "python" if is_code else "jinja2.ext:babel_extract"
        options = {} if is_code else JINJA
        for line, message, _, _ in extract_from_file(method, path, KEYWORDS, options=options):
            sentence = key_of(message)
            found.setdefault(sentence, []).append((path, line))
    return found


def catalogue_files(language: str) -> list[Path]:
    """Return the catalogues of a language, one for each package that has any."""
    return sorted(ROOT.glob(f"*/translations/{language}/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    """Return a catalogue; a file that does not parse is refused."""
    with path.open("rb") as text:
        return read_po(text, locale=path.parts[-3], abort_invalid=True)


def key_of(identity: str | list[str] | tuple[str, ...]) -> Sentence:
    """Return a message's identity as `sentences` gives it."""
    return identity if isinstance(identity, str) else (identity[0], identity[1])


def _update(language: str) -> Iterator[str]:
    said = sentences()
    books = {path.stem: read(path) for path in catalogue_files(language)}
    for book in books.values():
        for message in [message for message in book if message.id and key_of(message.id) not in said]:
            book.delete(message.id)
    known = {key_of(message.id) for book in books.values() for message in book if message.id}
    for sentence, places in said.items():
        if sentence not in known:
            package = package_of(places[0][0])
            books.setdefault(package, Catalog(locale=language, domain=package)).add(sentence)
            yield f"{language}: {package}: {sentence}"
    for package, book in books.items():
        path = ROOT / package / "translations" / language / "LC_MESSAGES" / f"{package}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as text:
            write_po(text, book, width=110, omit_header=False, sort_output=False, no_location=True)


def main() -> int:
    """Update all catalogues; print every sentence that waits for a translation."""
    new = [line for language in LANGUAGES for line in _update(language)]
    sys.stdout.writelines(f"{line}\n" for line in new)
    sys.stdout.write(f"{len(new)} sentences wait for a translation.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
