"""Laws of a talk: whatever a person types, takes back and changes, the history is what stands there, without a hole."""

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.conversation import Conversation
from runner.core.event import (
    Answered,
    Finished,
    Instructed,
    Retried,
    TrialEvent,
    Typed,
    Undone,
    dump_event,
    load_event,
)
from runner.core.message import Answer, Failure, Message
from runner.core.phase import OutOfOrderError
from runner.core.run import Run
from runner.core.transcribing import fold_transcript
from runner.core.trial import Line, Script, Trial
from runner.core.value import encode_line
from tests.stage import begun, fold, reply_to, script_of

CHAT = Trial(script_of("", is_open=True))

deeds = st.one_of(
    st.tuples(st.just("say"), st.sampled_from("abc")),
    st.tuples(st.just("fail"), st.sampled_from("abc")),
    st.tuples(st.just("break off"), st.sampled_from("abc")),
    st.tuples(st.sampled_from(["ask again", "ask again in vain", "break asking off"]), st.just("")),
    st.tuples(st.just("undo"), st.just("")),
    st.tuples(st.just("instruct"), st.sampled_from(["", "be kind", "be short"])),
    st.tuples(st.just("leave"), st.just("")),
)


@dataclass
class Talk:
    """A talk, driven as a chat drives it, with the history that it should have beside it."""

    conversation: Conversation = field(default_factory=lambda: begun(CHAT)[0])
    events: list[TrialEvent] = field(default_factory=lambda: [begun(CHAT)[1]])
    history: list[Message] = field(default_factory=lambda: list(CHAT.script.opening))
    keys: list[tuple[str, int]] = field(default_factory=list)

    def happen(self, event: TrialEvent) -> None:
        self.conversation = self.conversation.after(event)
        self.events.append(event)

    def say(self, words: str, answer: Answer | None) -> None:
        message = {"role": "user", "content": words}
        self.happen(Typed(trial=CHAT.id, line=Line(message=message)))
        self.ask(message, answer)

    def retry(self, answer: Answer | None) -> None:
        *before, message, reply = self.history
        self.history = before
        self.happen(Retried(trial=CHAT.id, line=Line(message=message)))
        self.ask(message, answer)
        if answer is None or answer.failure is not None:
            self.history += [message, reply]

    def ask(self, message: Message, answer: Answer | None) -> None:
        step = self.conversation.next()
        assert step is not None
        (request,) = step.requests
        assert json.loads(b"[%b]" % request.chain.body) == [*self.history, message]
        self.keys.append((request.key, request.draw))
        if answer is None:
            return self.undo(1)
        answer = reply_to(request) if answer.reply is None and answer.failure is None else answer
        slot, purpose, key = request.slot, request.purpose, request.key
        self.happen(Answered(trial=CHAT.id, slot=slot, purpose=purpose, key=key, answer=answer))
        self.conversation, events = self.conversation.conclude()
        self.events += events
        if answer.failure is not None:
            return self.undo(1)
        assert answer.reply is not None
        self.history += [message, answer.reply.said]
        return None

    def undo(self, turns: int) -> None:
        first = len(self.conversation.trial.script.turns) - turns
        if first >= 0:
            self.happen(Undone(trial=CHAT.id, turn=first))

    def do(self, deed: str, words: str) -> None:
        match deed:
            case "say":
                self.say(words, Answer())
            case "fail":
                self.say(words, Answer(failure=Failure(kind="server_error", message="500", status=500)))
            case "break off":
                self.say(words, None)
            case "ask again" if self.conversation.trial.script.turns:
                self.retry(Answer())
            case "ask again in vain" if self.conversation.trial.script.turns:
                self.retry(Answer(failure=Failure(kind="server_error", message="500", status=500)))
            case "break asking off" if self.conversation.trial.script.turns:
                self.retry(None)
            case "undo" if self.conversation.trial.script.turns:
                self.undo(1)
                del self.history[-2:]
            case "instruct":
                message = {"role": "system", "content": words} if words else None
                self.happen(Instructed(trial=CHAT.id, message=message))
                rest = [each for each in self.history if each["role"] != "system"]
                self.history = rest if message is None else [message, *rest]
            case "leave" if not self.conversation.over:
                self.happen(Finished(trial=CHAT.id))


@given(st.lists(deeds, max_size=12))
def test_a_talk_is_the_fold_of_its_events(done: list[tuple[str, str]]) -> None:
    """After any deeds the state is the fold of the events, and messages are sent and kept as they stand."""
    talk = Talk()
    for deed in done:
        talk.do(*deed)
    assert fold(CHAT, talk.events) == talk.conversation
    read = [load_event(json.loads(encode_line(dump_event(event)))) for event in talk.events]
    assert fold(CHAT, read) == talk.conversation
    transcript = fold_transcript("r", CHAT, talk.events)
    assert list(transcript.messages) == talk.history
    assert json.loads(b"[%b]" % talk.conversation.chain.body) == talk.history
    said = [talk.history[turn.exchanges[-1].message or 0]["role"] for turn in transcript.turns]
    assert said == ["assistant"] * len(talk.conversation.replies)
    run = Run.fold(talk.events)
    assert run.trials[CHAT.id].status == transcript.status
    assert run.running == (transcript.status == "stopped")


@given(st.lists(deeds, max_size=12))
def test_a_question_that_is_asked_again_is_another_draw(done: list[tuple[str, str]]) -> None:
    """No request of a talk has the key and the draw of another: a recording would give its answer again."""
    talk = Talk()
    for deed in done:
        talk.do(*deed)
    assert len(set(talk.keys)) == len(talk.keys)


@pytest.mark.parametrize(
    "event", [Typed(trial=CHAT.id, line=Line(message={})), Undone(trial=CHAT.id, turn=0)]
)
def test_a_script_that_is_not_open_takes_no_typing(event: TrialEvent) -> None:
    """What a scenario says is not changed while it is played."""
    start, _ = begun(Trial(Script(variant="v", scenario="v", provider="p", model="m")))
    with pytest.raises(OutOfOrderError):
        start.after(event)


def test_a_line_without_a_reply_is_taken_back_before_the_talk_goes_on() -> None:
    """A talk never has a hole: after a failure neither a line nor the end can follow."""
    talk = Talk()
    talk.say("a", Answer())
    conversation = talk.conversation.after(Typed(trial=CHAT.id, line=Line(message={"role": "user"})))
    step = conversation.next()
    assert step is not None
    failed = Answer(failure=Failure(kind="server_error", message="500"))
    conversation = conversation.after(
        Answered(trial=CHAT.id, slot=step.requests[0].slot, purpose="turn", key="", answer=failed)
    )
    conversation, _ = conversation.conclude()
    for event in (Typed(trial=CHAT.id, line=Line(message={"role": "user"})), Finished(trial=CHAT.id)):
        with pytest.raises(OutOfOrderError):
            conversation.after(event)
    assert len(conversation.after(Undone(trial=CHAT.id, turn=1)).replies) == 1


def test_only_what_has_a_reply_is_asked_again() -> None:
    """There must be a reply that can stand where no other comes, and it stands with what it was asked with."""
    talk = Talk()
    again = Retried(trial=CHAT.id, line=Line(message={"role": "user", "content": "a"}, params={"seed": 1}))
    with pytest.raises(OutOfOrderError):
        talk.conversation.after(again)
    talk.say("a", Answer())
    asking = talk.conversation.after(again)
    for event in (again, Finished(trial=CHAT.id)):
        with pytest.raises(OutOfOrderError):
            asking.after(event)
    stands = asking.after(Undone(trial=CHAT.id, turn=0))
    assert stands.trial == talk.conversation.trial
    assert stands.replies == talk.conversation.replies
    assert stands.after(Undone(trial=CHAT.id, turn=0)).replies == ()
