"""A real browser for the tests of pages: the machine's own Chromium or Chrome, driven by Playwright; nothing is fetched."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed")

from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import Visit

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)


def find_browser() -> str | None:
    """The way to a browser of this machine; None where there is none."""
    named = (shutil.which(name) for name in NAMES)
    return next((each for each in (*named, *PLACES) if each and Path(each).is_file()), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; where there is none the tests say so, and fail where RUNNER_BROWSER=required."""
    path = find_browser()
    if path is None:
        why = "no Chromium or Chrome on this machine: apt-get install chromium"
        if os.environ.get("RUNNER_BROWSER") == "required":
            pytest.fail(why)
        pytest.skip(why)
    is_root = (
        hasattr(os, "geteuid") and os.geteuid() == 0
    )  # whose processes Chromium does not put into its sandbox
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if is_root else [])
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
