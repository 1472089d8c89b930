"""What every page must look like, seen by Chromium: axe, sideways scrolling, and a picture on request."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from tests.axe import OF_THE_WIDTH, violations_of
from tests.browsing import DESKTOP, HEIGHTS, PHONE

NARROW = 320
BAD = ("serious", "critical")


def faults_of(tab: Page, name: str, photograph: Callable[[Page, str], None]) -> Iterator[str]:
    """Look the page over at three widths; yield what is wrong with it, in words."""
    for width, rules in ((DESKTOP, None), (PHONE, OF_THE_WIDTH)):
        tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        photograph(tab, name)
        for found in violations_of(tab, rules):
            if found["impact"] in BAD:
                targets = [node["target"] for node in found["nodes"]][:3]
                yield f"{name} at {width}: {found['id']}: {found['help']} {targets}"
    tab.set_viewport_size({"width": NARROW, "height": 640})
    beyond = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if beyond > 0:
        yield f"{name}: {beyond} pixels stand beside a window of {NARROW}"
