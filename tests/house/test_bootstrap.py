"""Setting up: the machine's package index is honoured by uv and pip alike, and nothing is done twice."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import bootstrap
from tests.house.code import ROOT

CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Invoice"
msgstr "Factuur"
"""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine where neither pip nor uv was configured."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "SSL_CERT")) or name == "ALL_PROXY":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


def test_uv_is_told_what_pips_variables_say(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    bare.setenv("PIP_FIND_LINKS", "/wheels /more-wheels")
    bare.setenv("PIP_CERT", "/etc/authority.pem")
    told = bootstrap.uv_environment()
    assert told["UV_DEFAULT_INDEX"] == "https://packages.example/simple"
    assert told["UV_FIND_LINKS"] == "/wheels,/more-wheels"
    assert told["SSL_CERT_FILE"] == "/etc/authority.pem"
    assert "UV_INDEX_STRATEGY" not in told


def test_uv_is_told_what_pips_own_file_says(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    configuration = tmp_path / "pip.conf"
    configuration.write_text(
        "[global]\nextra-index-url = https://one.example/ https://two.example/\ntimeout = 7\n"
    )
    bare.setenv("PIP_CONFIG_FILE", str(configuration))
    bare.setenv("PIP_TIMEOUT", "9")
    told = bootstrap.uv_environment()
    assert told["UV_INDEX"] == "https://one.example/ https://two.example/"
    assert told["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert told["UV_HTTP_TIMEOUT"] == "9"


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_uvs_own_settings_weigh_more_than_pips(bare: pytest.MonkeyPatch, name: str) -> None:
    bare.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    bare.setenv(name, "https://uv.example/simple")
    told = bootstrap.uv_environment()
    assert told[name] == "https://uv.example/simple"
    assert "https://pip.example/simple" not in {told.get("UV_DEFAULT_INDEX"), told.get("UV_INDEX_URL")}


def test_without_any_setting_no_index_is_named(bare: pytest.MonkeyPatch) -> None:
    assert [name for name in bootstrap.uv_environment() if "INDEX" in name] == []


def test_a_catalogue_is_compiled_when_it_is_newer_and_left_alone_when_not(tmp_path: Path) -> None:
    source = tmp_path / "desk" / "translations" / "nl" / "LC_MESSAGES" / "desk.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)
    compiled = source.with_suffix(".mo")
    bootstrap.compile_catalogues(tmp_path)
    assert b"Factuur" in compiled.read_bytes()
    compiled.write_bytes(b"left alone")
    bootstrap.compile_catalogues(tmp_path)
    assert compiled.read_bytes() == b"left alone"
    os.utime(source, (compiled.stat().st_mtime + 5,) * 2)
    bootstrap.compile_catalogues(tmp_path)
    assert b"Factuur" in compiled.read_bytes()


def test_a_catalogue_that_cannot_be_read_stops_with_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "desk" / "translations" / "nl" / "LC_MESSAGES" / "desk.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "Invoice"\noops\n')
    with pytest.raises(bootstrap.SetupFailed, match="a translation could not be compiled"):
        bootstrap.compile_catalogues(tmp_path)


def test_code_is_compiled_even_where_python_may_not_do_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for name in ("desk/__init__.py", "desk/views/lists.py", "var/kept.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ONE = 1\n")
    bootstrap.compile_code(tmp_path)
    compiled = {file.relative_to(tmp_path).parts[0] for file in tmp_path.rglob("*.pyc")}
    assert (compiled, len(list(tmp_path.rglob("*.pyc")))) == ({"desk"}, 2)


def test_a_second_run_finds_nothing_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "installed.json")
    (tmp_path / "installed.json").write_text(
        f'{{"fingerprint": "{bootstrap._fingerprint()}", "extras": ["test"]}}'
    )
    monkeypatch.setattr(bootstrap, "make_environment", lambda uv: pytest.fail("It was set up already."))
    bootstrap.install(extras={"test"})
    bootstrap.install(extras=set())


def test_without_any_package_to_be_had_it_stops_with_one_sentence(tmp_path: Path) -> None:
    for name in ("bootstrap.py", "pyproject.toml", "constraints.txt"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    cut_off = kept | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "UV_OFFLINE": "1",
        "UV_NO_CACHE": "1",
    }
    venv.create(tmp_path / ".venv", symlinks=True)
    done = subprocess.run(
        [sys.executable, "bootstrap.py"],
        cwd=tmp_path,
        env=cut_off,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Set-up stopped: the packages could not be installed: ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / ".venv" / "installed.json").exists()
