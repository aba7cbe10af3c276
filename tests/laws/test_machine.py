"""Laws of the conversation: it is the fold of its events, wherever the journal is cut."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.core.conversation import Conversation
from runner.core.event import Answered, TrialEvent, dump_event, load_event
from runner.core.message import Answer, Request
from runner.core.phase import OutOfOrderError
from runner.core.transcribing import fold_transcript
from runner.core.transcript import Transcript
from runner.core.trial import Posed, Script, Trial
from runner.core.value import encode_line
from tests.stage import (
    SaysDigit,
    Votes,
    begun,
    drive,
    fail_on,
    fold,
    needs,
    posed,
    reply_to,
    script_of,
    takes,
)

checks = st.one_of(
    st.builds(lambda digit: posed(SaysDigit(digit=digit)), st.sampled_from("0123456789")),
    st.builds(lambda digit: posed(SaysDigit(digit=digit), "not-says"), st.sampled_from("0123456789")),
    st.builds(lambda votes: posed(Votes(votes=votes), "votes"), st.integers(1, 4)),
)


conditions = st.one_of(checks, st.just(needs("x")))


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    turns = draw(st.text("uua", min_size=1, max_size=5))
    at = [draw(st.lists(checks, max_size=2)) for _ in turns]
    foot = [
        Posed(**{**dict(check), "of": draw(st.sampled_from(["every", "any", "last", "conversation", "t0"]))})
        for check in draw(st.lists(checks, max_size=2))
    ]
    script = script_of(turns, at, foot, on_failed_check=draw(st.sampled_from(["continue", "stop"])))
    return draw(conditioned(script))


@st.composite
def conditioned(draw: st.DrawFn, script: Script) -> Script:
    """A script some of whose later turns have conditions, or need what an earlier reply gave."""
    lines = []
    replied = False
    for line in script.turns:
        update: dict[str, Any] = {}
        if replied and draw(st.booleans()):
            update["when"] = tuple(draw(st.lists(conditions, min_size=1, max_size=2)))
        if replied and draw(st.booleans()):
            update["captured"] = ("x",)
            update["message"] = {**line.message, "content": f"{line.message['content']} <captured:x>"}
        if line.role == "user" and draw(st.booleans()):
            update["checks"] = (takes("x"), *line.checks, needs("x"))
        replied = replied or line.role == "user"
        lines.append(line.model_copy(update=update))
    foot = (*script.checks, needs("x", "last")) if draw(st.booleans()) else script.checks
    return script.model_copy(update={"turns": tuple(lines), "checks": foot})


answers = st.one_of(
    st.just(reply_to),
    st.builds(fail_on, st.sampled_from(["u1", "u2", "u3"])),
    st.builds(fail_on, st.just('"user"')),
)


@given(scripts(), answers)
def test_a_conversation_is_the_fold_of_its_events(
    script: Script, answer: Callable[[Request], Answer]
) -> None:
    """fold(events) == state, also after the events went through JSON."""
    trial = Trial(script)
    start, first = begun(trial)
    state, events, _ = drive(start, answer)
    assert state.over
    assert fold(trial, [first, *events]) == state
    read = [load_event(json.loads(encode_line(dump_event(event)))) for event in events]
    assert fold(trial, read) == state


@given(scripts(), answers, st.data())
@settings(max_examples=60)
def test_a_journal_cut_at_any_byte_goes_on_to_the_same_end(
    script: Script, answer: Callable[[Request], Answer], data: st.DataObject
) -> None:
    """Cut at any byte and resumed, replies and verdicts are the same, and nothing answered is sent again."""
    trial = Trial(script)
    start, first = begun(trial)
    whole, events, sent = drive(start, answer)
    journal = b"".join(encode_line(dump_event(event)) for event in [first, *events])
    cut = data.draw(st.integers(0, len(journal)))
    kept = [load_event(json.loads(line)) for line in journal[:cut].split(b"\n")[:-1]]
    resumed, rest, again = drive(fold(trial, kept), answer)
    assert resumed == whole
    assert transcript(trial, [*kept, *rest]) == transcript(trial, [first, *events])
    answered = {(event.slot, event.draw) for event in kept if isinstance(event, Answered)}
    assert [
        (request.slot, request.draw) for request in sent if (request.slot, request.draw) not in answered
    ] == [(request.slot, request.draw) for request in again]


def transcript(trial: Trial, events: list[Any]) -> Transcript:
    return fold_transcript("r", trial, events)


@given(scripts(), answers, st.data())
def test_an_event_out_of_order_raises_and_changes_nothing(
    script: Script, answer: Callable[[Request], Answer], data: st.DataObject
) -> None:
    """An event that cannot follow raises OutOfOrderError, and the conversation is the one it was."""
    trial = Trial(script)
    start, _ = begun(trial)
    _, events, _ = drive(start, answer)
    place = data.draw(st.integers(0, len(events)))
    state: Conversation = fold(trial, events[:place])
    before = repr(state)
    for wrong in [event for event in events if not _may_follow(event, events[place:])]:
        with pytest.raises(OutOfOrderError):
            state.after(wrong)
    assert repr(state) == before
    stranger = fold(Trial(script, repeat=2), []).trial.id
    if place < len(events):
        with pytest.raises(OutOfOrderError):
            state.after(events[place].model_copy(update={"trial": stranger}))


def _may_follow(event: TrialEvent, rest: list[TrialEvent]) -> bool:
    """Whether an event is the next one, or an answer to a question of the same step."""
    if not rest:
        return False
    if event == rest[0]:
        return True
    step = [later for later in rest if isinstance(later, Answered) and _step(later) == _step(rest[0])]
    return event in step


def _step(event: TrialEvent) -> str:
    """The part of a slot that all questions of one check share, and all those of a turn's conditions."""
    if not isinstance(event, Answered):
        return ""
    check = event.slot.split("?")[0].split("/")[0]
    turn, condition, _ = check.partition(".when[")
    return f"{turn}{condition}"
