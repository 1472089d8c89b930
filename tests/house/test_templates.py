"""Templates: all of them parse, and include only what is there."""

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta, nodes

from core.web.application import LASTING
from tests.house.code import ROOT, files

FOLDER = ROOT / "templates"
NAMES = [
    path.relative_to(FOLDER).as_posix()
    for path in files(".html", ".txt", ".css")
    if path.is_relative_to(FOLDER)
]


@pytest.fixture(scope="module")
def environment() -> Environment:
    """Jinja as the portal uses it, without any value."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=True,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_template_parses_and_takes_only_what_is_there(environment: Environment, name: str) -> None:
    parsed = environment.parse((FOLDER / name).read_text())
    wanted = {other for other in meta.find_referenced_templates(parsed) if other}
    assert wanted <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_uses_every_macro_it_imports(environment: Environment, name: str) -> None:
    parsed = environment.parse((FOLDER / name).read_text())
    imported = {
        entry if isinstance(entry, str) else entry[1]
        for node in parsed.find_all(nodes.FromImport)
        for entry in node.names
    }
    used = {found.name for found in parsed.find_all(nodes.Name) if found.ctx == "load"}
    assert imported - used == set()


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("desk/", "settings/"))])
def test_a_page_that_shows_what_is_wrong_says_so_in_its_title(name: str) -> None:
    text = (FOLDER / name).read_text()
    if "{% extends" in text and "{{ error_summary(" in text:
        assert "{% set has_errors = " in text


def test_every_template_compiles_with_the_filters_of_the_portal(app: Flask) -> None:
    # Messages have filters of their own, and tests of their own.
    pages = [name for name in NAMES if not name.startswith("messages/")]
    assert pages
    for name in pages:
        app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_template_gives_another_meaning_to_what_is_looked_up_when_it_is_compiled(
    environment: Environment, name: str
) -> None:
    parsed = environment.parse((FOLDER / name).read_text())
    given = {found.name for found in parsed.find_all(nodes.Name) if found.ctx != "load"}
    assert given.isdisjoint(LASTING)
