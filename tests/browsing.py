"""Debian's Chromium through Playwright: one browser for each worker, a fresh profile for each tab."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests import machine

HERE = ("localhost", "127.0.0.1")
# Addresses behind which there is no host.
WITHIN = ("about", "blob", "data")
FLAGS = (
    # A browser that knows no other host and no proxy asks none; to stop each request takes long.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, " + ", ".join(f"EXCLUDE {name}" for name in HERE),
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESKTOP = 360, 1280
HEIGHTS = {PHONE: 740, DESKTOP: 900}
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--screenshots FOLDER`: where tests in a browser leave pictures of the pages they saw."""
    parser.addoption("--screenshots", metavar="FOLDER", help="leave pictures of the pages here")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    program = machine.need("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a tab in a fresh profile: `open_tab(width=360, javascript=False)`.

    At the end no tab may have asked another host, broken a content policy or raised an error in a script.
    """
    complaints: list[str] = []
    tabs: list[Page] = []

    def start(*, width: int = PHONE, javascript: bool = True, language: str = "en") -> Page:
        profile = browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            java_script_enabled=javascript,
            ignore_https_errors=True,
            locale=language,
            reduced_motion="reduce",
        )
        profile.set_default_timeout(PATIENCE_MS)

        def look(request: Request) -> None:
            asked = urlsplit(request.url)
            if asked.scheme not in WITHIN and asked.hostname not in HERE:
                complaints.append(f"asked for {request.url}")

        def listen(message: ConsoleMessage) -> None:
            # A refused form is an answer with a status of 4xx, which Chromium counts as an error.
            if message.type == "error" and "the server responded with a status of 4" not in message.text:
                complaints.append(message.text)

        profile.on("request", look)
        tab = profile.new_page()
        tab.on("console", listen)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tabs.append(tab)
        return tab

    yield start
    for tab in tabs:
        tab.context.close()
    assert complaints == []


@pytest.fixture
def photograph(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a picture of the whole page under this name, when `--screenshots` says where."""
    folder = request.config.getoption("--screenshots")

    def keep(tab: Page, name: str) -> None:
        if folder:
            width = (tab.viewport_size or {"width": 0})["width"]
            tab.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)

    return keep
