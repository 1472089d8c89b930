"""The project's own files, as the tests of the house read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tomllib import loads

ROOT = Path(__file__).resolve().parents[2]
# Made here and not kept, or made elsewhere and kept as it came.
PASSED_OVER = {"var", "build", "htmlcov", "__pycache__", "node_modules", "vendor"}
NOT_INSTALLED = {"tests", "bench"}


@cache
def files(*endings: str) -> tuple[Path, ...]:
    """Return the project's files with these endings, or all of them."""
    return tuple(path for path in sorted(_walk(ROOT)) if not endings or path.suffix in endings)


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        hidden = path.name.startswith(".") and path.name != ".ci"
        if hidden or path.name in PASSED_OVER or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def modules(*, with_tests: bool = False) -> list[Path]:
    """Return the Python files of the packages, and of the tests when asked."""
    named = [path for path in files(".py") if len(path.relative_to(ROOT).parts) > 1]
    return [path for path in named if with_tests or path.relative_to(ROOT).parts[0] not in NOT_INSTALLED]


def name_of(path: Path) -> str:
    """Return a file's path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text())


def imports_of(path: Path) -> set[str]:
    """Return every module and every name in a module that this one imports, dotted."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def calls_of(path: Path) -> set[str]:
    """Return what this module calls or reads, dotted as it is written: `datetime.now`, `Markup`."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
    return found


@cache
def settings() -> dict[str, object]:
    """Return pyproject.toml."""
    return loads((ROOT / "pyproject.toml").read_text())


def setting(*keys: str) -> object:
    """Return what pyproject.toml says under these keys."""
    found: object = settings()
    for key in keys:
        assert isinstance(found, dict)
        found = found[key]
    return found
