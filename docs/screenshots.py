"""Takes the pictures of the page that stand in the documentation: python docs/screenshots.py PAGE, in a real browser.

PAGE is what `runner compare ... --report PAGE` wrote.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.visit import find_browser, flags

DOCS = Path(__file__).parent
SIZE = {"width": 1440, "height": 900}


def main() -> int:
    """Take both."""
    page_file = Path(sys.argv[1]).resolve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=flags())
        page = browser.new_page(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        page.goto(page_file.as_uri())
        page.evaluate("document.querySelector('.comparison .wide').scrollIntoView()")
        page.screenshot(path=DOCS / "report-comparison.png")
        page.locator("ul.list a").first.click()
        page.get_by_role("button", name="all variants beside each other").click()
        page.locator("#conversations").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('.stage').scrollIntoView()")
        page.locator(".stage ins").first.wait_for()
        page.screenshot(path=DOCS / "report-beside.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
