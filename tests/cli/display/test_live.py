"""One conversation on a terminal: what is written as notices and events come."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from runner.cli.display.follower import STOPPING
from runner.cli.display.live import Live, Speech
from runner.cli.display.page import Page
from runner.cli.display.screen import Screen
from runner.core.message import Answer, Failure, Message, Request
from runner.transports import Delta, Notify, Started, Waiting
from tests.cli.front import Front, Noticing, agree, require_golden, spoken


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    opened = Screen.open

    def watched() -> Screen:
        return replace(opened(), reads=True, watches=True, colour=False)

    monkeypatch.setattr(Screen, "open", watched)
    return front


def speak(*parts: str | Waiting | Started) -> Callable[[Request, Notify], None]:
    """Streams the parts for every request: strings are deltas."""

    def perform(request: Request, notify: Notify) -> None:
        notify(Started(request.slot, 1))
        for part in parts:
            notify(Delta(request.slot, part) if isinstance(part, str) else replace(part, slot=request.slot))

    return perform


def play(
    front: Front,
    respond: Callable[[Request, list[Message]], Answer | Failure],
    *parts: str | Waiting | Started,
) -> str:
    front.write("s.yaml", "name: s\nturns: [Hello]\n")
    front.transport = Noticing(respond, speak(*parts))
    return front.type("play", "s.yaml").out


def body(out: str) -> list[str]:
    """What stands beside the assistant's role, line by line."""
    lines = out.partition("assistant")[2].splitlines()
    return [line[11:] if number else line.strip() for number, line in enumerate(lines)][: lines.index("")]


def test_tokens_are_written_as_they_come(front: Front) -> None:
    """Pieces make the text; a sequence that is cut in two between them stays harmless."""
    out = play(front, lambda *_: spoken("Hello you"), "Hel", "lo \x1b", "[2J\r", "\nyou")
    assert body(out) == ["Hello \\x1b[2J", "you"]


def test_halves_of_a_character_are_joined(front: Front) -> None:
    """A character that comes in two halves is one character."""
    out = play(front, lambda *_: spoken("x"), "a\ud83d", "\ude00b", "\ud83d")
    assert body(out) == ["a😀b\\ud83d"]


def test_a_reply_that_was_not_streamed(front: Front) -> None:
    """A reply of which no piece came is written whole."""
    assert body(play(front, lambda *_: spoken("All at once."))) == ["All at once."]


def test_a_try_that_breaks_off_is_void(front: Front) -> None:
    """What was heard of a try that broke off is marked, and the next try begins anew."""
    out = play(front, lambda *_: spoken("Second try"), "First t", Started("", 1), "Second try")
    assert body(out) == ["First t", "(broke off, trying again)", "Second try"]


def test_waits_are_shown_with_their_reason(front: Front) -> None:
    """A wait stands beside the role, with its time and reason."""
    wait = Waiting("", 2.0, "rate limited, try 2 of 5")
    out = play(front, lambda *_: spoken("Here"), wait, Started("", 1), "Here")
    assert body(out) == ["(waiting 2.00 s: rate limited, try 2 of 5)", "Here"]
    out = play(front, lambda *_: spoken("Here"), "He", wait, Started("", 1), "Here")
    assert body(out) == ["He", "(broke off)", "(waiting 2.00 s: rate limited, try 2 of 5)", "Here"]


def test_a_failure_ends_the_reply(front: Front) -> None:
    """Why there is no reply stands where it would have stood, after what was heard of it."""

    def fail(*_: object) -> Failure:
        return Failure(kind="cut_stream", message="the stream ended early")

    assert body(play(front, fail)) == ["unanswered: cut_stream: the stream ended early"]
    assert body(play(front, fail, "He")) == ["He", "unanswered: cut_stream: the stream ended early"]


def test_other_kinds_of_text_are_marked(front: Front) -> None:
    """Reasoning and refusals are told from the reply."""

    def perform(request: Request, notify: Notify) -> None:
        notify(Started(request.slot, 1))
        notify(Delta(request.slot, "Let me see", "reasoning"))
        notify(Delta(request.slot, "Well."))

    front.write("s.yaml", "name: s\nturns: [Hello]\n")
    front.transport = Noticing(lambda *_: spoken("Well."), perform)
    assert body(front.type("play", "s.yaml").out) == ["(reasoning) Let me see", "Well."]


def test_streaming_is_asked_for_where_somebody_watches(front: Front) -> None:
    """One watched conversation is streamed unless it is said not to be; others are streamed only when asked."""
    front.write("s.yaml", "name: s\nturns: [Hello]\n")
    for words in ([], ["--no-stream"], ["--quiet"], ["--repeat", "2"], ["--repeat", "2", "--stream"]):
        front.type("play", "s.yaml", *words)
    assert [stage.asked.stream for stage in front.staged] == [True, False, False, False, True]


@pytest.mark.parametrize("width", [80, 40])
def test_a_whole_conversation(front: Front, width: int) -> None:
    """A watched conversation reads like one: roles, gold turns, tokens, verdicts, and an end."""
    from tests.cli.test_play import TALK

    front.write("talk.yaml", TALK)

    def perform(request: Request, notify: Notify) -> None:
        notify(Started(request.slot, 1))
        text = request.chain.body.decode().rpartition('"content":"')[2].removesuffix('"}')
        for word in f"You said: {text}".split(" "):
            notify(Delta(request.slot, f"{word} "))

    front.transport = Noticing(agree, perform)
    require_golden(f"live-{width}", front.type("play", "talk.yaml", width=width).page)


def test_what_is_said_beside_a_reply_has_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notice of a Ctrl-C ends the line of a reply that is being spoken; the reply goes on below, in its column."""
    monkeypatch.setenv("COLUMNS", "60")
    both = StringIO()
    screen = replace(
        Screen.open(), out=both, err=both, reads=True, watches=True, colour=False, colour_talk=False
    )
    live = Live(screen)
    for words in ([], ["one two "]):
        both.truncate(both.seek(0))
        live._speech = speech = Speech(Page(screen, lambda text: screen.tell(text, end="")))
        for word in words:
            speech.add(Delta("turns[0]", word))
        live.stopping("interrupted")
        speech.add(Delta("turns[0]", " three four"))
        speech.close("never shown: it was heard")
        lines = [line.rstrip() for line in both.getvalue().splitlines()]
        said = f"assistant  {'one two' if words else ''}".rstrip()
        assert lines == ["", said, STOPPING, "           three four"]
