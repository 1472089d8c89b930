"""What every portal of a worker shares: compiled templates, and the code that builds its addresses.

Each test makes the portal anew; compiling these again took half the time of the tests of pages.
"""

from collections.abc import Callable, Iterator

import pytest
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from core.web.application import Portal

_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class SharedRule(Rule):
    """A rule whose builder, which holds nothing of its portal, is compiled for the first of them only."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, self.subdomain, append_unknown, repr(self.defaults))
        if key not in _builders:
            _builders[key] = super()._compile_builder(append_unknown)
        return _builders[key]


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates, compiled once for each worker."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def _shared_rules() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Portal, "url_rule_class", SharedRule)
        yield
