"""How smoothly a page of a thousand conversations opens and filters: in a real browser, beside an empty page.

    python -m benchmarks.report [CONVERSATIONS]

A page is opened again and again, in turn with one of no conversations. Opening ends where the page is shown and answers;
filtering ends where the browser has painted what is left.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.figures import Figure, table
from runner.core.transcript import Transcript
from runner.reports.page.page import Heading, page
from tests.browser.visit import find_browser, flags
from tests.played import played, verdict

CONVERSATIONS: Final = 1_000
TURNS: Final = 5
ROUNDS: Final = 7
SMOOTH: Final = 0.1
"""Seconds: what answers sooner is felt as at once (Miller 1968)."""

_PAINTED: Final = """() => new Promise((resolve) => {
  const start = performance.now();
  (%s)();
  requestAnimationFrame(() => setTimeout(() => resolve((performance.now() - start) / 1000)));
})"""
"""Seconds from an act until what it changed is painted: after the next frame, the queue of the page is empty."""
_CHOOSE: Final = """() => { const one = document.getElementById("by-outcome"); if (one) {
  one.value = one.value === "failed" ? "passed" : "failed"; one.dispatchEvent(new Event("change")); } }"""
_TYPE: Final = """() => { history.replaceState(null, "", "#q=word" + Math.random().toString().slice(2, 4));
  dispatchEvent(new Event("hashchange")); }"""
_OPEN: Final = """() => { const all = document.querySelectorAll("ul.list a");
  if (all.length) all[Math.floor(Math.random() * all.length)].click(); }"""


def main() -> int:
    """Measure, and print the table."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else CONVERSATIONS
    print(table(list(measure(many, ROUNDS, lambda what: print(what, file=sys.stderr)))))
    return 0


def measure(many: int, rounds: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Opening, choosing, searching, reading one: each beside the page of none."""
    name = f"a page of {many:,} conversations x {TURNS} turns beside one of none"
    browser = find_browser()
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        yield Figure(name, None, beside="Playwright is not installed")
        return
    if browser is None:
        yield Figure(name, None, beside="there is no Chromium or Chrome")
        return
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        full, empty = Path(place) / "full.html", Path(place) / "empty.html"
        _write(full, many)
        _write(empty, 0)
        chromium = playwright.chromium.launch(executable_path=browser, args=flags())
        say(f"{name}: {full.stat().st_size / 1e6:.1f} MB")
        found: dict[str, list[tuple[float, float]]] = {}
        for _ in range(rounds + 1):
            both = []
            for path in (full, empty):
                window = chromium.new_page(viewport={"width": 1400, "height": 1000})
                window.goto(path.as_uri())
                timing = "performance.getEntriesByType('navigation')[0].loadEventEnd / 1000"
                window.wait_for_function(f"{timing} > 0")
                times = {"open": window.evaluate(timing)}
                for what, act in (
                    ("choose an outcome", _CHOOSE),
                    ("search a word", _TYPE),
                    ("read one", _OPEN),
                ):
                    each = [window.evaluate(_PAINTED % act) for _ in range(5)]
                    times[what] = statistics.median(each)
                    times[f"{what}, the slowest"] = max(each)
                both.append(times)
                window.close()
            for what in both[0]:
                found.setdefault(what, []).append((both[0][what], both[1][what]))
        chromium.close()
    for what, pairs in found.items():
        ours, theirs = (statistics.median(pair[side] for pair in pairs[1:]) for side in (0, 1))
        ratio = statistics.median(one / other for one, other in pairs[1:])
        yield Figure(
            f"page of {many:,}: {what}", ratio, "{:.1f} x", f"{1000 * ours:.0f} ms : {1000 * theirs:.0f} ms"
        )
    slowest = max(
        statistics.median(one for one, _ in pairs[1:]) for what, pairs in found.items() if what != "open"
    )
    yield Figure(
        f"page of {many:,}: the slowest act, of what is felt as at once",
        slowest / SMOOTH,
        "{:.2f} x",
        most=1.0,
    )


def _write(path: Path, many: int) -> None:
    """A page of so many conversations."""
    heading = Heading("benchmark", "runner play", "2026-01-01T00:00:00.000Z", "finished")
    path.write_text("".join(page(heading, _conversations(many))), encoding="utf-8")


def _conversations(many: int) -> Iterator[Transcript]:
    """Conversations of words drawn at random, some hundred characters each message."""
    chance = Random(5)
    words = [f"word{number}" for number in range(500)]
    for number in range(many):
        said = [
            (" ".join(chance.choices(words, k=30)), " ".join(chance.choices(words, k=60)))
            for _ in range(TURNS)
        ]
        outcome = chance.choice(["passed", "failed"])
        yield played(
            *said,
            id=f"talk[temperature={number % 4}]#{number // 4 + 1}",
            variant={"temperature": number % 4},
            repeat=number // 4 + 1,
            checked={turn: [verdict(outcome, "contains", "one of them is there")] for turn in range(TURNS)},
        )


if __name__ == "__main__":
    sys.exit(main())
