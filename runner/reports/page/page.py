"""A run as one self-contained page: its overview, its comparison, every conversation; it fetches nothing and obeys nobody.

Law: whatever was said, nothing but this project's own script and style sheet run: their digests stand in the page's
Content-Security-Policy, and what was said stands in blocks of data.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

from runner.core.assessment import Assessment
from runner.core.transcript import Transcript
from runner.core.value import Json
from runner.reports.markup import element, shown
from runner.reports.page.data import conversation_data
from runner.reports.page.overview import Overview
from runner.reports.page.verdict import verdict_section

STYLES: Final = ("style.css", "comparison.css")
SCRIPT: Final = "script.js"

_ESCAPES: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""What could end a block of data, in the words that JSON has for it; the rest of the block is ASCII."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What is said of the run as a whole."""

    name: str
    """The run's name, or those of several."""
    command: str
    """What was typed to play it."""
    started_at: str | None
    status: str
    """How it ended, in words."""


def page(
    heading: Heading,
    transcripts: Iterable[Transcript],
    comparison: str = "",
    assessment: Assessment | None = None,
) -> Iterator[str]:
    """The page in pieces, to be written one after the other; with a comparison's section, and what a check found, if any."""
    style = "".join(_resource(name) for name in STYLES)
    script = _resource(SCRIPT)
    overview, told, raw = Overview(assessment), list[str](), list[str]()
    for number, transcript in enumerate(transcripts):
        overview.add(transcript)
        told.append(_json(conversation_data(transcript)))
        raw.append(_block(_json(transcript.dump()), id=f"raw-{number}"))
    yield "<!doctype html>\n"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield element_of("meta", http_equiv="Content-Security-Policy", content=_policy(style, script))
    yield element_of("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield element_of("meta", name="color-scheme", content="light dark")
    yield element_of("meta", name="referrer", content="no-referrer")
    yield f"<title>{shown(heading.name)} - runner</title><style>{style}</style></head><body>"
    sections = [("Verdict", assessment is not None), ("Comparison", bool(comparison)), ("Overview", True)]
    yield _header(heading, len(told), [name for name, stands in sections if stands])
    verdict = "" if assessment is None else verdict_section(assessment)
    yield f"<main>{verdict}{comparison}{overview.section()}"
    yield '<section id="conversations" aria-label="conversations"></section></main>'
    yield "<noscript><p>Conversations are shown by a script that stands in this file; the overview needs none.</p></noscript>"
    yield _block(f"[{','.join(told)}]", id="data")
    yield from raw
    yield f"<script>{script}</script></body></html>\n"


def element_of(name: str, /, **attributes: str) -> str:
    """An element that holds nothing and is not closed."""
    return element(name, "", **attributes).removesuffix(f"</{name}>")


def _policy(style: str, script: str) -> str:
    """What the page may do: run these two texts, and nothing else; fetch nothing, send nothing, be framed by nobody's base."""
    return (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    """The digest of an inline block, as policies spell it."""
    return b64encode(sha256(text.encode()).digest()).decode()


def _resource(name: str) -> str:
    """A file of this package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _json(data: Json) -> str:
    """Data as ASCII that no HTML parser reads a tag in, half characters included."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).translate(_ESCAPES)


def _block(data: str, **attributes: str) -> str:
    """A block of data, which nothing runs."""
    return element_of("script", type="application/json", **attributes) + data + "</script>"


def _header(heading: Heading, conversations: int, sections: Sequence[str]) -> str:
    """Which run it is, and where to go in the page."""
    facts = [f"{conversations:,} conversation{'s' * (conversations != 1)}", heading.status]
    if heading.started_at:
        facts.insert(0, heading.started_at.replace("T", " ").partition(".")[0] + " UTC")
    links = "".join(element("a", name, href=f"#{name.lower()}") for name in (*sections, "Conversations"))
    button = element("button", "Dark or light", type="button", id="theme")
    parts = [
        element("h1", shown(heading.name)),
        element("p", shown("; ".join(facts)), class_="aside"),
        element("p", element("code", shown(heading.command)), class_="command") if heading.command else "",
        element("nav", links + button, aria_label="page"),
    ]
    return element("header", "".join(parts))
