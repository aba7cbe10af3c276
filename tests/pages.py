"""Pages of conversations made by hand, and what stands in them, for tests of pages without a browser and in one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from runner.core.assessment import Assessment
from runner.core.transcript import Transcript
from runner.reports.page.page import Heading, page
from tests.played import played, verdict

HOSTILE = (
    "</script></SCRIPT ><script>window.stolen=1</script><!--<script> --> ]]> <img src=x onerror=window.stolen=2>"
    "<a href='javascript:window.stolen=3'>click</a><svg onload=window.stolen=4><iframe src='data:text/html,<script>1</script>'>"
    "\"'`&lt;${1}\\u003cscript> \u202etxet\u2066 \x00\x07\x1b[31m \u2028 \ud800 <base href='http://127.0.0.1:1/'>"
)
"""What would do something in a page that took it for markup, script, style or an address."""

HEADING = Heading("20260101-000000-talk", "runner play talk.yaml", "2026-01-01T00:00:00.000Z", "finished")


def written(
    transcripts: Iterable[Transcript],
    heading: Heading = HEADING,
    section: str = "",
    assessment: Assessment | None = None,
) -> str:
    """The whole page."""
    return "".join(page(heading, transcripts, section, assessment))


def conversation(number: int, temperature: float = 0, reply: str = "Good day.", **fields: Any) -> Transcript:
    """A conversation of two turns, of which the second one is checked: it passes where the number is even."""
    outcome = "passed" if number % 2 == 0 else "failed"
    told = {
        "id": f"talk[temperature={temperature}]#{number}",
        "variant": {"temperature": temperature},
        "repeat": number,
        "tags": ["warm"] if temperature else ["cold", "first"],
        "checked": {1: [verdict(outcome, "contains", f"number {number} is {outcome}")]},
        **fields,
    }
    return played(("Hello?", f"Hello {number}."), ("How are you?", reply), **told)


@dataclass
class Parts(HTMLParser):
    """What a parser of HTML finds in a page."""

    scripts: list[tuple[dict[str, str | None], str]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    policy: str = ""
    _inside: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag == "script":
            self.scripts.append((attributes, ""))
        if tag == "style":
            self.styles.append("")
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"] or ""
        self._inside = tag if tag in {"script", "style"} else self._inside

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif self._inside == "style":
            self.styles[-1] += data
        else:
            self.text += data

    @property
    def blocks(self) -> dict[str, Any]:
        """The blocks of data by their id."""
        return {
            str(attributes["id"]): json.loads(text)
            for attributes, text in self.scripts
            if attributes.get("type") == "application/json"
        }

    @property
    def run(self) -> list[str]:
        """The scripts that are run."""
        return [text for attributes, text in self.scripts if attributes.get("type") != "application/json"]


def parts_of(text: str) -> Parts:
    """The page as a browser would part it."""
    found = Parts()
    found.feed(text)
    found.close()
    return found
