"""What axe finds wrong with a page in the browser."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What depends on the width of the window; the other rules read the page, which is the same at every width.
OF_THE_WIDTH = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")


def violations_of(tab: Page, rules: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return what breaks these rules or tags, or all of axe's rules; load its script once.

    A click returns while the next page still waits for its style sheet: without it no target has its size.
    """
    tab.wait_for_load_state()
    if tab.evaluate("typeof axe") == "undefined":
        tab.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found: list[dict[str, Any]] = tab.evaluate("options => axe.run(options)", options)["violations"]
    return found
