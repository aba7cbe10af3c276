"""A visit to a page in a browser that may fetch nothing, with all that it complained of; and where a browser is found."""

import os
import shutil
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Page, Route

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


def flags() -> list[str]:
    """What a browser is started with: of root's processes Chromium puts none into its sandbox."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


class Visit:
    """A page in a browser that may fetch nothing, with all that it complained of."""

    def __init__(self, context: BrowserContext) -> None:
        context.set_default_timeout(5_000)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.fetched: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._note)
        self.page.on("dialog", self._dismiss)
        context.route(lambda url: not url.startswith("file:"), self._refuse)

    def _hear(self, said: ConsoleMessage) -> None:
        self.complaints.append(f"{said.type}: {said.text}")

    def _note(self, error: Error) -> None:
        self.complaints.append(f"error: {error}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _refuse(self, route: Route) -> None:
        self.fetched.append(route.request.url)
        route.abort()

    def open(self, path: Path, fragment: str = "") -> Page:
        """The page of a file, loaded."""
        self.page.goto(path.resolve().as_uri() + fragment)
        return self.page
