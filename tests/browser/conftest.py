"""A real browser for the tests of pages: the machine's own Chromium or Chrome, driven by Playwright; nothing is fetched."""

import os
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed")

from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import Visit, find_browser, flags


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; where there is none the tests say so, and fail where RUNNER_BROWSER=required.

    It is closed with the file: as long as it is there, Playwright's event loop runs in this thread, and no other may.
    """
    path = find_browser()
    if path is None:
        why = "no Chromium or Chrome on this machine: apt-get install chromium"
        if os.environ.get("RUNNER_BROWSER") == "required":
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags())
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """A wide window; at its end nothing may have been fetched, and nothing complained."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    visit = Visit(context)
    yield visit
    context.close()
    assert visit.fetched == []
    assert visit.complaints == []
