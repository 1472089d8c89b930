"""Every package is installed, and stands under the import contracts."""

import re

from tests.house.code import ROOT, modules, name_of, setting

# What no layer needs to name: it holds no pages and no rules, and the top contract guards it.
BELOW_THE_TOP = {"collections_portal.config"}
PURE = {
    "core.law",
    "core.money",
    "dunning.schedule",
    "dunning.selection",
    "invoices.balances",
    "links.tokens",
    "messaging.contact_hours",
    "messaging.holidays",
    "reactions.field_kinds",
}


def contract(name: str) -> dict[str, list[str]]:
    """Return the import contract with this id."""
    contracts = setting("tool", "importlinter", "contracts")
    assert isinstance(contracts, list)
    found: dict[str, list[str]] = next(one for one in contracts if one["id"] == name)
    return found


def packages() -> set[str]:
    """Return every folder that holds modules, dotted."""
    return {".".join(path.relative_to(ROOT).parent.parts) for path in modules()}


def test_every_package_is_installed() -> None:
    assert set(setting("tool", "setuptools", "packages")) == packages()  # type: ignore[call-overload]


def test_every_package_is_watched_by_the_import_contracts() -> None:
    roots = {package.partition(".")[0] for package in packages()}
    assert set(setting("tool", "importlinter", "root_packages")) == roots  # type: ignore[call-overload]


def test_every_package_and_every_part_of_the_top_has_its_layer() -> None:
    named = set(re.findall(r"[\w.]+", " ".join(contract("layers")["layers"])))
    roots = {package.partition(".")[0] for package in packages()} - {"collections_portal"}
    parts = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts[:2])
        for path in modules()
        if name_of(path).startswith("collections_portal/")
        and name_of(path) != "collections_portal/__init__.py"
    }
    assert (roots | parts) - named - BELOW_THE_TOP == set()


def test_every_room_keeps_its_inner_order() -> None:
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in modules()]
    rooms = {".".join(names[: names.index("operations")]) for names in parts if "operations" in names}
    assert rooms - set(contract("room")["containers"]) == set()


def test_every_pure_rule_is_under_the_contract_of_pure_rules() -> None:
    here = packages() | {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules()}
    assert PURE & here <= set(contract("pure")["source_modules"])


def test_no_room_is_left_out_of_the_contract_about_the_web() -> None:
    doors = {"collections_portal", "desk", "settings"}
    roots = {package.partition(".")[0] for package in packages()}
    assert set(contract("no-web")["source_modules"]) == roots - doors
