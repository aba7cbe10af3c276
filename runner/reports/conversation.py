"""A transcript as a readable conversation in HTML, each verdict under the reply that it is about; it keeps nothing."""

from collections.abc import Iterator
from typing import Final

from runner.core.finding import Verdict
from runner.core.message import Message
from runner.core.spoken import LEFT_OUT, Spoken, early_end, opening_of, spoken, text_of
from runner.core.transcript import Transcript
from runner.core.wording import count
from runner.reports.markup import apart, element, outcome, prose, shown
from runner.reports.wording import money, tally_of

_SAID: Final = "margin:.5em 0;padding:.1em .75em;border-left:3px solid"
_EDGES: Final = {"user": "#5b8def", "assistant": "#2a9d8f"}
"""Colours that stand out on a light and on a dark page; the roles are said in words as well."""
_OTHERS: Final = "#999"
_TEXT: Final = "white-space:pre-wrap;unicode-bidi:plaintext;text-align:start"
"""Each paragraph is read in its own direction."""
_ASIDE: Final = "margin:.2em 0 .2em 1em;white-space:pre-wrap"


def conversation(transcript: Transcript) -> str:
    """A conversation from its first message to its verdicts: a fragment that stands anywhere in a page."""
    parts = [element("p", _heading(transcript), style="margin:.5em 0")]
    parts += [_message(message) for message in opening_of(transcript)]
    for said in spoken(transcript):
        parts += _turn(said)
    parts += _foot(transcript)
    label = f"conversation {transcript.id}"
    return element(
        "section",
        "".join(parts),
        class_="runner-conversation tex2jax_ignore mathjax_ignore",
        aria_label=label,
        style="overflow-wrap:anywhere;max-width:60em",
    )


def _heading(transcript: Transcript) -> str:
    """Which conversation it is, and what it came to."""
    facts = [
        f"{transcript.provider} ({transcript.model})",
        transcript.status,
        tally_of(transcript.all_verdicts),
    ]
    usage = transcript.usage
    if usage.prompt_tokens is not None and usage.completion_tokens is not None:
        facts.append(f"{usage.prompt_tokens:,} tokens in, {usage.completion_tokens:,} out")
    if transcript.cost_usd:
        facts.append(money(transcript.cost_usd))
    return element("strong", shown(transcript.id)) + "<br>" + shown("; ".join(fact for fact in facts if fact))


def _turn(said: Spoken) -> Iterator[str]:
    """A turn: what was said, what was answered, what the checks found."""
    if said.line is not None:
        yield _message(said.line, "written by the author" if said.turn.status == "given" else "")
    if said.reply is not None:
        ended = said.turn.exchanges[-1].finish_reason if said.turn.exchanges else None
        yield _message(said.reply, early_end(ended) or "")
    for verdict in said.turn.verdicts:
        yield _verdict(verdict)


def _message(message: Message, note: str = "") -> str:
    """One message under its role; an image or a sound is told in words, never loaded."""
    role = str(message.get("role", ""))
    named = element("strong", shown(role)) + (shown(f" ({note})") if note else "")
    text = element("div", prose(text_of(message)), style=_TEXT, dir="auto")
    style = f"{_SAID} {_EDGES.get(role, _OTHERS)}"
    return element("div", element("div", named) + text, class_="runner-message", style=style)


def _verdict(verdict: Verdict) -> str:
    """One verdict: its outcome in a word, the check, the reason, and its line in the scenario."""
    check = verdict.title
    where = f" (line {verdict.line})" if verdict.line else ""
    text = f"{outcome(verdict)} {element('code', shown(check))}: {apart(verdict.reason)}{where}"
    return element("div", text, class_=f"runner-verdict runner-{verdict.outcome}", style=_ASIDE)


def _foot(transcript: Transcript) -> Iterator[str]:
    """What is said of the conversation as a whole."""
    if transcript.error is not None:
        why = f"{transcript.error.get('kind')}: {transcript.error.get('message')}"
        yield element("div", f"<strong>unanswered</strong> {apart(why)}", style=_ASIDE)
    for status, words in LEFT_OUT.items():
        if number := sum(turn.status == status for turn in transcript.turns):
            yield element("div", shown(f"{count(number, 'turn')} {words}"), style=_ASIDE)
    if transcript.verdicts:
        yield element("div", "about the conversation", style="margin:.5em 0 0")
    for verdict in transcript.verdicts:
        yield _verdict(verdict)
