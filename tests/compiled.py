"""What every portal of a worker shares: compiled templates and statements, and the code of its addresses.

Each test makes the portal anew; compiling these again took half the time of the tests of pages.
"""

import os
from collections.abc import Iterator
from types import CodeType, MethodType
from typing import Any, cast

import pytest
from flask import Flask
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import Engine, engine_from_config
from werkzeug.routing import Rule

from core.database import db
from core.web import accounts
from core.web.application import Portal, Templates

# What makes a password safe makes it slow; that it is, is a test of its own.
CHEAP = {"argon2__time_cost": 1, "argon2__memory_cost": 64}

_compiled: dict[tuple[object, ...], Rule] = {}


class SharedRule(Rule):
    """A rule that is compiled for the first portal only: what comes of it holds nothing of that portal."""

    def compile(self) -> None:
        """Take what the first such rule was compiled to."""
        key = (self.rule, self.subdomain, self.merge_slashes, repr(self.defaults))
        if key not in _compiled:
            super().compile()
            _compiled[key] = self
            return
        first = _compiled[key]
        self._parts, self._trace, self._converters = first._parts, first._trace, first._converters
        self.arguments = first.arguments
        self._build = cast(MethodType, first._build).__func__.__get__(self)
        self._build_unknown = cast(MethodType, first._build_unknown).__func__.__get__(self)


class CacheByLanguage(BytecodeCache):
    """Compiled templates, kept as they are for every portal of this worker; they differ by language."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """Return what is known of a template in the environment's language."""
        spoken = environment.speaks if isinstance(environment, Templates) else ""
        return super().get_bucket(environment, f"{name} {spoken}", filename, source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template its code, if one of just this text was compiled before."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code: it holds nothing of the portal it was compiled for."""
        assert bucket.code is not None
        self._known[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session")
def compiled_templates() -> BytecodeCache:
    """Templates, compiled once for each worker."""
    return CacheByLanguage()


class Engines:
    """An engine for each database that portals of a process use: it keeps the statements that it compiled.

    A process that was forked makes its own: the connections of its parent are not its.
    """

    def __init__(self) -> None:
        self._known: dict[str, Engine] = {}

    def of(self, _bind: str | None, options: dict[str, Any], _app: Flask) -> Engine:
        """Return the engine of this address and these options."""
        key = repr((os.getpid(), sorted((name, repr(value)) for name, value in options.items())))
        if key not in self._known:
            self._known[key] = engine_from_config(options, prefix="")
        return self._known[key]

    def close(self) -> None:
        """Close the connections that are still open."""
        for engine in self._known.values():
            engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def _shared() -> Iterator[None]:
    engines = Engines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Portal, "url_rule_class", SharedRule)
        patch.setattr(db, "_make_engine", engines.of)
        patch.setitem(accounts.SETTINGS, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", CHEAP)
        yield
    engines.close()
