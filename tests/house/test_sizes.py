"""Everything is short enough to be read in one go."""

import ast
from pathlib import Path

import pytest

from tests.house.code import files, modules, name_of, tree_of

LONGEST_MODULE = 300
LONGEST_TEST_MODULE = 400
LONGEST_TEMPLATE = 120
LONGEST_FUNCTION = 40
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "tools"}


def lines_of(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_text().splitlines())


@pytest.mark.parametrize(("where", "longest"), [("tests", LONGEST_TEST_MODULE), ("", LONGEST_MODULE)])
def test_modules_are_short(where: str, longest: int) -> None:
    chosen = [path for path in modules(with_tests=True) if name_of(path).startswith("tests/") == bool(where)]
    # A migration says once what the tables were; nobody edits it.
    chosen = [path for path in chosen if "migrations/versions" not in name_of(path)]
    assert chosen
    assert [f"{name_of(path)}: {lines_of(path)}" for path in chosen if lines_of(path) > longest] == []


def test_templates_are_short() -> None:
    templates = [path for path in files(".html", ".txt") if name_of(path).startswith("templates/")]
    assert templates
    assert [
        f"{name_of(path)}: {lines_of(path)}" for path in templates if lines_of(path) > LONGEST_TEMPLATE
    ] == []


def test_functions_are_short() -> None:
    long = []
    for path in modules():
        if "migrations/versions" in name_of(path):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{name_of(path)}:{node.name}: {length}")
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name_of(path) for path in modules(with_tests=True) if path.stem in VAGUE_NAMES] == []


def test_a_package_file_holds_a_docstring_and_nothing_else() -> None:
    packages = [path for path in modules(with_tests=True) if path.name == "__init__.py"]
    assert packages
    for path in packages:
        body = tree_of(path).body
        only_words = (
            len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        )
        assert only_words, f"{name_of(path)} holds more, or less, than a docstring."


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in modules(with_tests=True) if not ast.get_docstring(tree_of(path))]
    assert [name_of(path) for path in silent if path.read_text().strip()] == []
