"""Set the project up in its own virtual environment: `python3 bootstrap.py [--extras test]`.

Needs Python's standard library and a package index, nothing else. It makes `.venv`, installs the project
there at the versions of constraints.txt, and compiles translations and code. What is already so is left
alone, so a second run takes a moment. uv installs when it can be had, pip otherwise; both use the index that
the environment or pip's own configuration names.
"""

from __future__ import annotations

import argparse
import ast
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CONSTRAINTS = ROOT / "constraints.txt"
STAMP = VENV / "installed.json"
OLDEST_PYTHON = (3, 11)

# How each of pip's settings is called by uv, which reads neither pip's variables nor its files.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "no-index": "UV_NO_INDEX",
}
UV_OLDER_NAMES = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}

COMPILE = """
import sys
from pathlib import Path
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
for name in sys.argv[1:]:
    source = Path(name)
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parts[-3], abort_invalid=True)
    unfinished = source.with_suffix(".mo.new")
    with unfinished.open("wb") as compiled:
        write_mo(compiled, catalogue)
    unfinished.replace(source.with_suffix(".mo"))
"""


class SetupFailed(Exception):
    """What could not be done, in one sentence for the person at the keyboard."""


def main(arguments: list[str]) -> int:
    """Set up; return 0, or 1 after one sentence on standard error."""
    parser = argparse.ArgumentParser(description="Set up the portal's virtual environment.")
    parser.add_argument(
        "--extras", action="append", default=[], help="an extra of pyproject.toml, such as test"
    )
    chosen = parser.parse_args(arguments)
    try:
        set_up(extras=set(chosen.extras))
    except SetupFailed as failure:
        print(f"Set-up stopped: {failure}", file=sys.stderr)
        return 1
    return 0


def set_up(*, extras: set[str]) -> None:
    """Bring `.venv` and the compiled translations up to date."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupFailed(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old; Python 3.11 or newer is needed."
        )
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(extras=extras)
        compile_catalogues()
        compile_code()


def install(*, extras: set[str]) -> None:
    """Install the project with these extras, and with those it was installed with before."""
    fingerprint = _fingerprint()
    before = _read_stamp()
    installed = set(before.get("extras", []))
    if before.get("fingerprint") == fingerprint and extras <= installed:
        return
    extras = extras | installed
    print("Setting up .venv ...", flush=True)
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    make_environment(uv)
    target = f"{ROOT}[{','.join(sorted(extras))}]" if extras else str(ROOT)
    wanted = ["install", "--quiet", "--constraint", str(CONSTRAINTS), "--editable", target]
    uv = uv or uv_of_environment()
    # pip compiles what it installs, uv when it is told to.
    with_uv = [uv or "", "pip", *wanted, "--compile-bytecode", "--python", str(PYTHON)]
    if not uv or not _succeeds(with_uv, uv_environment()):
        _run([str(PYTHON), "-m", "pip", *wanted], "the packages could not be installed")
    STAMP.write_text(json.dumps({"fingerprint": fingerprint, "extras": sorted(extras)}))


def make_environment(uv: str | None) -> None:
    """Make `.venv` when it is not there, or when its Python no longer runs."""
    if PYTHON.exists() and _succeeds([str(PYTHON), "-c", "import sys"]):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    ways = [[sys.executable, "-m", "venv", str(VENV)]]
    if uv:
        ways.insert(0, [uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)])
    if any(_succeeds(way, uv_environment()) for way in ways):
        return
    # Debian's python3 comes without ensurepip; a pip beside it can still fill an environment without one.
    shutil.rmtree(VENV, ignore_errors=True)
    _run(
        [sys.executable, "-m", "venv", "--without-pip", str(VENV)],
        "the virtual environment could not be made",
    )
    if not _succeeds([sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"]):
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupFailed(
            "this Python has neither venv nor pip; install one (on Debian: apt-get install python3-venv)."
        )


def uv_of_environment() -> str | None:
    """Return the uv inside `.venv`, fetched when it is to be had, or None."""
    uv = VENV / "bin" / "uv"
    fetch = [str(PYTHON), "-m", "pip", "install", "--quiet", "--constraint", str(CONSTRAINTS), "uv"]
    return str(uv) if uv.exists() or (_succeeds(fetch) and uv.exists()) else None


def uv_environment() -> dict[str, str]:
    """Return the environment for uv: ours, with pip's settings where uv's own are not set."""
    environment = dict(os.environ)
    settings = pip_settings()
    for name, value in settings.items():
        variable = UV_NAMES.get(name)
        if not variable or variable in environment or UV_OLDER_NAMES.get(variable) in environment:
            continue
        environment[variable] = ",".join(value.split()) if name == "find-links" else " ".join(value.split())
    if "extra-index-url" in settings:
        # pip takes the best version of all its indexes; uv stops at the first that knows the name.
        environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    # The cache and the project may lie on different disks, where hard links cannot be had.
    environment.setdefault("UV_LINK_MODE", "copy" if _on_other_disk() else "hardlink")
    return environment


def pip_settings() -> dict[str, str]:
    """Return pip's settings by their long option's name; a file's weigh less than the environment's."""
    settings: dict[str, str] = {}
    for python in (str(PYTHON), sys.executable):
        try:
            listed = subprocess.run(
                [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        lines = [line.partition("=") for line in listed.stdout.splitlines()]
        for section in ("global", "install"):
            for key, _, value in lines:
                if key.startswith(f"{section}."):
                    settings[key.partition(".")[2]] = str(ast.literal_eval(value))
        break
    for key, value in os.environ.items():
        if key.startswith("PIP_") and value:
            settings[key.removeprefix("PIP_").lower().replace("_", "-")] = value
    return settings


def compile_catalogues(root: Path = ROOT) -> None:
    """Compile every catalogue whose compiled form is missing or older than its source."""
    sources = sorted(root.glob("*/translations/*/LC_MESSAGES/*.po"))
    stale = [source for source in sources if _is_stale(source)]
    if stale:
        _run([str(PYTHON), "-c", COMPILE, *map(str, stale)], "a translation could not be compiled")


def compile_code(root: Path = ROOT) -> None:
    """Compile the portal's own modules: where Python may not do so itself, each start would do it again."""
    packages = [str(found.parent) for found in sorted(root.glob("*/__init__.py"))]
    _succeeds([str(PYTHON), "-m", "compileall", "-q", *packages])


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _on_other_disk() -> bool:
    cache = Path(os.environ.get("UV_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    while not cache.exists():
        cache = cache.parent
    return cache.stat().st_dev != ROOT.stat().st_dev


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for file in (ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__).resolve()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _read_stamp() -> dict[str, list[str] | str]:
    try:
        stamp: dict[str, list[str] | str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if PYTHON.exists() else {}


def _succeeds(command: list[str], environment: dict[str, str] | None = None) -> bool:
    try:
        return subprocess.run(command, capture_output=True, env=environment, check=False).returncode == 0
    except OSError:
        return False


def _run(command: list[str], complaint: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        errors = [line for line in said if line.lower().startswith("error") and " " in line[7:]] or said
        raise SetupFailed(f"{complaint}: {errors[-1] if errors else 'no reason was given'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
