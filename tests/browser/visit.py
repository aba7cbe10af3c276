"""A visit to a page in a browser that may fetch nothing, with all that it complained of."""

from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Page, Route


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
