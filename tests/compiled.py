"""What every portal of a worker shares: compiled templates, and the code that builds its addresses.

Each test makes the portal anew; compiling these again took half the time of the tests of pages.
"""

from collections.abc import Callable, Iterator

import pytest
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from core.web.application import Portal, Templates

_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class SharedRule(Rule):
    """A rule whose builder, which holds nothing of its portal, is compiled for the first of them only."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, self.subdomain, append_unknown, repr(self.defaults))
        if key not in _builders:
            _builders[key] = super()._compile_builder(append_unknown)
        return _builders[key]


class CacheByLanguage(FileSystemBytecodeCache):
    """Compiled templates in files; they say something else in each language."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Return what is known of a template in the environment's language."""
        spoken = environment.speaks if isinstance(environment, Templates) else ""
        return super().get_bucket(environment, f"{name} {spoken}", filename, source)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates, compiled once for each worker."""
    return CacheByLanguage(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def _shared_rules() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Portal, "url_rule_class", SharedRule)
        yield
