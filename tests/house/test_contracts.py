"""Every import contract has been seen to catch a breach, on a copy of the code."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.code import ROOT, modules, setting

BREACHES = {
    "layers": ("invoices/queries.py", "import links.queries"),
    "room": ("links/queries.py", "import links.operations"),
    "no-web": ("dunning/schedule.py", "import werkzeug"),
    "web-for-doors": ("messaging/mail.py", "import core.web.languages"),
    "debtor": ("collections_portal/debtor/door.py", "import dunning.queries"),
    "doors": ("desk/door.py", "import core.database"),
    "transactions": ("links/operations.py", "import core.transaction"),
    "top": ("desk/door.py", "import collections_portal.config"),
    "pure": ("core/money.py", "import sqlalchemy"),
    "signing": ("reactions/models.py", "import itsdangerous"),
    "twilio": ("messaging/mail.py", "import twilio"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code that may be spoiled."""
    folder = tmp_path_factory.mktemp("copy")
    for path in (*modules(), ROOT / "pyproject.toml"):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return folder


def verdict(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Let the linter judge one contract in this folder."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache", "--no-logo", "--contract", contract],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_has_a_breach_to_catch() -> None:
    contracts = setting("tool", "importlinter", "contracts")
    assert isinstance(contracts, list)
    assert {one["id"] for one in contracts} == set(BREACHES)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_contract_catches_its_breach(copy: Path, contract: str) -> None:
    name, breach = BREACHES[contract]
    kept = (copy / name).read_text()
    (copy / name).write_text(f"{kept}\n{breach}\n")
    try:
        judged = verdict(copy, contract)
    finally:
        (copy / name).write_text(kept)
    assert judged.returncode == 1, judged.stdout + judged.stderr
    assert "BROKEN" in judged.stdout
