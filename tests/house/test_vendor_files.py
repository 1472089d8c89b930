"""Files of others are those we took, and what the pages draw of them is what lies in the files."""

import re
from hashlib import sha512
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "collections_portal" / "static" / "vendor"
ICONS = ROOT / "templates" / "components" / "desk" / "icon.html"
OURS = {"README.md", "SHA512SUMS"}


def recorded_sums() -> dict[str, str]:
    """Return the recorded hash of each file, by its path below the vendor folder."""
    lines = (VENDOR / "SHA512SUMS").read_text(encoding="utf-8").splitlines()
    return {path.removeprefix("./"): digest for digest, path in (line.split(maxsplit=1) for line in lines)}


def drawn_icons() -> dict[str, str]:
    """Return the path data of each icon the desk can draw."""
    return dict(
        re.findall(
            r'^  "([a-z0-9-]+)": "([^"]+)",$',
            ICONS.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )


def test_every_vendor_file_is_recorded_and_every_recorded_file_is_there() -> None:
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - OURS
    assert files == set(recorded_sums())


def test_every_vendor_file_has_the_recorded_hash() -> None:
    for path, digest in recorded_sums().items():
        assert sha512((VENDOR / path).read_bytes()).hexdigest() == digest, path


def test_every_vendor_folder_has_a_licence_and_a_line_in_the_readme() -> None:
    readme = (VENDOR / "README.md").read_text(encoding="utf-8")
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert (folder / "LICENSE").is_file(), folder.name
        assert f"`{folder.name}/`" in readme


def test_every_icon_of_the_desk_is_drawn_as_in_its_file() -> None:
    icons = drawn_icons()
    assert set(icons) == {path.stem for path in (VENDOR / "tabler-icons").glob("*.svg")}
    for name, drawn in icons.items():
        source = (VENDOR / "tabler-icons" / f"{name}.svg").read_text(encoding="utf-8")
        assert drawn == " ".join(re.findall(r'<path d="([^"]+)"', source)), name


def test_every_icon_a_template_of_the_desk_asks_for_exists() -> None:
    icons = drawn_icons()
    asked = {
        (template.name, name)
        for template in (ROOT / "templates").rglob("*.html")
        if "components/desk/icon.html" in (text := template.read_text(encoding="utf-8"))
        for name in re.findall(r'(?:icon|empty)\("([a-z0-9-]+)"', text)
    }
    assert asked
    assert {(template, name) for template, name in asked if name not in icons} == set()
