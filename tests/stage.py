"""A small stage for tests of the machines: scripts made from a few words, and a driver that answers at once."""

from collections.abc import Callable, Iterable, Sequence

from runner.core.check import Check, Question, Subject
from runner.core.conversation import Conversation
from runner.core.event import Answered, Begun, Event, TrialEvent
from runner.core.finding import Finding
from runner.core.message import Answer, Failure, Reply, Request, Usage
from runner.core.trial import Line, Posed, Script, Trial


class SaysDigit(Check):
    """Passes where the reply holds a digit."""

    digit: str

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        return Finding(
            outcome="passed" if self.digit in subject.reply.text else "failed", reason=subject.reply.text
        )


class Votes(Check):
    """Asks several times, and passes where most answers hold an even last digit; an unanswered vote breaks it."""

    votes: int

    def questions(self, subject: Subject) -> tuple[Question, ...]:
        messages = ({"role": "user", "content": subject.reply.text},)
        return tuple(
            Question(provider="judge", model="j", params={}, messages=messages, draw=draw + 1)
            for draw in range(self.votes)
        )

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it reads answers
        assert len(answers) == self.votes
        if any(answer.reply is None for answer in answers):
            return Finding(outcome="broken", reason="a vote is missing")
        even = sum(int(answer.reply.text[-1]) % 2 == 0 for answer in answers if answer.reply)
        return Finding(outcome="passed" if even * 2 > self.votes else "failed", reason=f"{even} votes")


class TakesEven(Check):
    """Takes the last digit out of a reply where that is even; an odd one fails it."""

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        digit = subject.reply.text[-1]
        if int(digit) % 2:
            return Finding(outcome="failed", reason="odd")
        return Finding(outcome="passed", reason="even", captured=digit)


class Needs(Check):
    """Passes where a digit that an earlier reply gave is in this one."""

    digit: str

    def judge(self, subject: Subject, answers: Sequence[Answer] = ()) -> Finding:  # noqa: ARG002 - it only looks
        return Finding(outcome="passed" if self.digit in subject.reply.text else "failed", reason=self.digit)


def takes(name: str) -> Posed:
    """A check that takes something out of the reply under a name."""
    return Posed(check="capture", name=name, spec={"name": name}, line=1, ask=TakesEven())


def needs(name: str, of: str | None = None) -> Posed:
    """A check that needs what was taken out under a name."""
    return Posed(
        check="needs",
        spec=f"<captured:{name}>",
        captured=(name,),
        line=1,
        of=of,
        ask=Needs(digit="?"),
        late=lambda values: Needs(digit=values[name]),
    )


def posed(check: Check, name: str = "says", of: str | None = None) -> Posed:
    return Posed(check=name, spec=check.dump(), line=1, of=of, ask=check)


def script_of(
    turns: str, checks: Iterable[Sequence[Posed]] = (), foot: Sequence[Posed] = (), **fields: object
) -> Script:
    """A script whose turns are letters: `u` a user's line, `a` a gold line."""
    roles = {"u": "user", "a": "assistant"}
    posed_at = [*checks, *[()] * len(turns)]
    lines = tuple(
        Line.model_validate(
            {
                "role": roles[letter],
                "message": {"role": roles[letter], "content": f"{letter}{index}"},
                "id": f"t{index}",
                "line": index + 1,
                "checks": tuple(posed_at[index]) if letter == "u" else (),
            }
        )
        for index, letter in enumerate(turns)
    )
    base: dict[str, object] = {
        "variant": "v",
        "scenario": "v",
        "provider": "p",
        "model": "m",
        "opening": ({"role": "system", "content": "be brief"},),
        "turns": lines,
        "checks": tuple(foot),
    }
    return Script.model_validate({**base, **fields})


def reply_to(request: Request) -> Answer:
    """A reply that depends on the whole question and on its draw."""
    text = f"{int(request.key[:8], 16) + request.draw}"
    return Answer(
        reply=Reply(message={"role": "assistant", "content": text}, finish_reason="stop"),
        usage=Usage(prompt_tokens=10, completion_tokens=2),
        started_at="2026-01-01T00:00:00.000Z",
        latency_s=0.5,
    )


def fail_on(text: str, otherwise: Callable[[Request], Answer] = reply_to) -> Callable[[Request], Answer]:
    """Answers where a request that holds a text is met by a server error."""

    def answer(request: Request) -> Answer:
        if text.encode() in request.chain.body:
            return Answer(failure=Failure(kind="server_error", message="500", status=500))
        return otherwise(request)

    return answer


def drive(
    conversation: Conversation, answer: Callable[[Request], Answer] = reply_to
) -> tuple[Conversation, list[TrialEvent], list[Request]]:
    """Play a conversation to its end; the events it made and the requests it sent."""
    events: list[TrialEvent] = []
    sent: list[Request] = []
    conversation, concluded = conversation.conclude()
    events += concluded
    while step := conversation.next():
        for request in step.requests:
            sent.append(request)
            event = Answered(
                trial=conversation.trial.id,
                slot=request.slot,
                purpose=request.purpose,
                key=request.key,
                draw=request.draw,
                answer=answer(request),
            )
            events.append(event)
            conversation = conversation.after(event)
        conversation, concluded = conversation.conclude()
        events += concluded
    return conversation, events, sent


def fold(trial: Trial, events: Iterable[Event]) -> Conversation:
    """The conversation that events make."""
    conversation = Conversation.begin(trial)
    for event in events:
        if isinstance(event, TrialEvent) and event.trial == trial.id:
            conversation = conversation.after(event)
    return conversation


def begun(trial: Trial) -> tuple[Conversation, Begun]:
    event = Begun(trial=trial.id)
    return Conversation.begin(trial).after(event), event
