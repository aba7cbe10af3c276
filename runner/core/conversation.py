"""The machine that plays one trial: an immutable value that knows its next step; it sends nothing and reads no clock.

Law: a conversation is the fold of its events. Any engine drives it so:

    conversation, events = conversation.conclude()      # what follows without asking anybody
    while step := conversation.next():
        ...                                             # send the requests, fold each answer: Answered
        conversation, events = conversation.conclude()  # Heard | Judged | Skipped | Unanswered | Finished
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never

from runner.core.asking import (
    check_requests,
    check_slot,
    group_answers,
    turn_request,
    turn_slot,
    when_requests,
    when_slot,
)
from runner.core.check import Subject
from runner.core.event import (
    Adjusted,
    Answered,
    Begun,
    ChatEvent,
    Finished,
    Heard,
    Instructed,
    Judged,
    Reopened,
    Retried,
    Skipped,
    TrialEvent,
    Typed,
    Unanswered,
    Undone,
    Weighed,
    part_anew,
)
from runner.core.finding import Verdict
from runner.core.message import Answer, Chain, Request
from runner.core.phase import FOLLOWS, MAY_TYPE, OutOfOrderError, Phase
from runner.core.transcribing import transcribe
from runner.core.trial import Line, Posed, Script, Trial
from runner.core.verdict import broken, conclude, inapplicable, subjects_of
from runner.core.wording import quoted


@dataclass(frozen=True, slots=True)
class Step:
    """Requests to send, at once if several."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A trial being played."""

    trial: Trial
    phase: Phase = "asking"
    turn: int = 0
    """The turn being played, 0-based; the number of turns once all are."""
    chain: Chain = field(default_factory=Chain)
    """All that was said, up to the message that the next reply answers."""
    said: Subject | None = None
    """The last reply that was heard, linked to those before it."""
    asked: Mapping[str, Request] = field(default_factory=dict)
    """The requests of the present step by slot: made once, when the step begins."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """The answers of the present step by slot."""
    judged: int = 0
    """How many checks of the present turn, or of the foot, have their verdict."""
    failed: bool = False
    """Whether a check of the present turn failed."""
    unanswered: bool = False
    cut: int | None = None
    """The first turn that was skipped."""
    left_out: bool = False
    """Whether the present turn is not taken: its checks are not applicable."""
    not_taken: frozenset[int] = frozenset()
    """The turns whose conditions did not hold."""
    captured: Mapping[str, str] = field(default_factory=dict)
    """What was taken out of replies, by name."""
    missing: str | None = None
    """What the next turn needs and no reply gave."""
    taken_back: int = 0
    """How often something was undone: the same question asked again is another draw."""
    kept: Mapping[tuple[str, int], Answered] = field(default_factory=dict)
    """Replies of an earlier telling by slot: what is asked in the very same words is not asked again."""
    standing: tuple[Line, Subject] | None = None
    """The turn that is asked again as it was, with its reply: both stand again where no other reply comes."""

    @classmethod
    def begin(cls, trial: Trial, kept: Mapping[tuple[str, int], Answered] | None = None) -> "Conversation":
        """The conversation before anything was asked; of one that is reopened, the replies that there were."""
        return cls(trial=trial, chain=_opened(trial.script), kept=kept or {})._turn_to(0)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen."""
        return self.phase == "over"

    @property
    def replies(self) -> tuple[Subject, ...]:
        """The replies that were heard, first one first."""
        return () if self.said is None else self.said.replies

    def next(self) -> Step | None:
        """The requests that wait for their answers; None where there are none."""
        waiting = tuple(request for slot, request in self.asked.items() if slot not in self.answers)
        return Step(requests=waiting) if waiting else None

    def conclude(self) -> "tuple[Conversation, tuple[TrialEvent, ...]]":
        """The conversation after all that follows without asking anybody, and the events that say so."""
        state = self
        events: list[TrialEvent] = []
        while (event := state._conclusion()) is not None:
            state = state.after(event)
            events.append(event)
        return state, tuple(events)

    def after(self, event: TrialEvent) -> "Conversation":  # noqa: PLR0911 - one return for each event
        """The conversation after an event; raises OutOfOrderError where it cannot follow."""
        self._require(event)
        match event:
            case Begun() | Reopened():
                return self
            case Typed() | Retried() | Undone() | Instructed() | Adjusted():
                return self._after_typing(event)
            case Answered():
                return self._after_answer(event)
            case Heard():
                return self._hear()
            case Weighed():
                return self._weigh(event.verdict)
            case Judged():
                return self._judge(event.verdict)
            case Unanswered():
                cut = event.turn + 1 < len(self.trial.script.turns)
                return replace(
                    self, phase="cutting" if cut else "over", unanswered=True, asked={}, answers={}
                )
            case Skipped():
                phase: Phase = "over" if self.unanswered else "closing"
                return replace(self, phase=phase, cut=event.turn, judged=0)._settle()
            case Finished():
                return replace(self, phase="over")
            case _:
                assert_never(event)

    # -- what may follow -------------------------------------------------------------------------------------------

    def _require(self, event: TrialEvent) -> None:
        """Raise OutOfOrderError unless the event is one that can follow here."""
        expected = FOLLOWS[self.phase]
        if self.trial.script.is_open:
            expected += MAY_TYPE.get(self.phase, ())
        fits = event.trial == self.trial.id and event.event in expected
        match event:
            case Begun() | Reopened():
                fits = event.trial == self.trial.id and self.said is None
            case Heard() | Unanswered():
                fits = fits and event.turn == self.turn and self._has_reply == isinstance(event, Heard)
            case Weighed():
                fits = fits and event.turn == self.turn and self._all_answered
            case Judged():
                place = (self._judged_turn, self.judged)
                fits = fits and (event.turn, event.index) == place and self._all_answered
            case Skipped():
                fits = fits and event.turn == self.turn + 1
            case Typed() | Retried() | Undone() | Instructed() | Adjusted():
                fits = fits and self._may_be_typed(event)
            case Answered() | Finished():
                pass
            case _:
                assert_never(event)
        if not fits:
            here = f"{self.trial.id}, turn {self.turn}, {self.phase}"
            raise OutOfOrderError(f"{event.event} of {event.trial} cannot follow at {here}")

    def _may_be_typed(self, event: ChatEvent) -> bool:
        """Whether an event fits what was said: a line without a reply must be taken back before the talk goes on."""
        match event:
            case Typed():
                return event.line.role == "user" and not self.unanswered
            case Retried():
                is_last = self.said is not None and self.said.turn == len(self.trial.script.turns) - 1
                return is_last and event.line.role == "user" and not self.unanswered
            case Undone():
                return 0 <= event.turn < len(self.trial.script.turns)
            case Instructed() | Adjusted():
                return not self.unanswered

    @property
    def _all_answered(self) -> bool:
        """Whether nothing that was asked waits for its answer."""
        return len(self.answers) == len(self.asked)

    @property
    def _has_reply(self) -> bool:
        """Whether the present turn was answered by a reply and not by a failure."""
        answer = self.answers.get(turn_slot(self.turn))
        return answer is not None and answer.reply is not None

    def _conclusion(self) -> TrialEvent | None:  # noqa: PLR0911 - one return for each phase
        """What follows here without asking anybody."""
        trial = self.trial.id
        match self.phase:
            case "asking" | "listening" | "over":
                return None
            case "answered":
                failure = self.answers[turn_slot(self.turn)].failure
                if failure is None:
                    return Heard(trial=trial, turn=self.turn)
                return Unanswered(trial=trial, turn=self.turn, kind=failure.kind)
            case "weighing":
                if not self._all_answered:
                    return None
                return Weighed(trial=trial, turn=self.turn, verdict=self._condition())
            case "judging" | "closing":
                if not self._all_answered:
                    return None
                return Judged(trial=trial, turn=self._judged_turn, index=self.judged, verdict=self._verdict())
            case "cutting":
                return Skipped(trial=trial, turn=self.turn + 1, reason=self._reason_to_skip())
            case "finishing":
                return Finished(trial=trial)
            case _:
                assert_never(self.phase)

    # -- moving on -------------------------------------------------------------------------------------------------

    def _turn_to(self, turn: int, *, weighed: bool = False) -> "Conversation":
        """The conversation at the next turn that asks something, with the gold turns on the way said."""
        turns, chain = self.trial.script.turns, self.chain
        while turn < len(turns):
            line = turns[turn]
            if line.when and not (weighed and turn == self.turn):
                return replace(self, turn=turn, chain=chain)._begin_weighing()
            if any(name not in self.captured for name in line.captured):
                missing = next(name for name in line.captured if name not in self.captured)
                state = replace(self, phase="cutting", turn=turn - 1, chain=chain, missing=missing)
                return replace(state, asked={}, answers={})
            chain = chain.add(line.said(self.captured))
            if line.role == "user":
                return replace(self, turn=turn, chain=chain)._begin_asking()
            turn += 1
        if self.trial.script.is_open:
            return replace(self, phase="listening", turn=turn, chain=chain, asked={}, answers={})
        return replace(self, phase="closing", turn=turn, chain=chain, judged=0, failed=False)._settle()

    def _begin_asking(self) -> "Conversation":
        """The conversation with the present turn's question asked."""
        request = turn_request(self.trial, self.turn, self.chain, draw=self.trial.repeat + self.taken_back)
        asked = {request.slot: request}
        answers = self._answered_before(asked)
        phase: Phase = "answered" if answers else "asking"
        return replace(
            self, phase=phase, judged=0, failed=False, left_out=False, asked=asked, answers=answers
        )

    def _begin_weighing(self) -> "Conversation":
        """The conversation with the questions of the present turn's conditions asked."""
        assert self.said is not None, "a condition is about a reply"
        ready = list[Posed]()
        for each in map(self._ready, self.trial.script.turns[self.turn].when):
            if not isinstance(each, Posed):  # it decides: nothing after it is looked at
                break
            ready.append(each)
        asked = when_requests(ready, self.turn, self.said, scenario=self.trial.script.scenario)
        return replace(self, phase="weighing", asked=asked, answers=self._answered_before(asked))

    def _weigh(self, verdict: Verdict) -> "Conversation":
        """The conversation at its present turn, or past it where it is not taken."""
        if verdict.outcome == "passed":
            return self._turn_to(self.turn, weighed=True)
        return replace(self, not_taken=self.not_taken | {self.turn})._leave_out()

    def _leave_out(self) -> "Conversation":
        """The conversation past its present turn, which is not taken."""
        if self.trial.script.turns[self.turn].role == "assistant":
            return self._turn_to(self.turn + 1)
        return replace(self, phase="judging", judged=0, failed=False, left_out=True)._settle()

    def _judge(self, verdict: Verdict) -> "Conversation":
        """The conversation with one verdict more, and with what its check took out of the reply."""
        failed = self.failed or verdict.outcome == "failed"
        state = replace(self, judged=self.judged + 1, failed=failed)
        if verdict.captured is not None and verdict.name is not None:
            state = replace(state, captured={**self.captured, verdict.name: verdict.captured})
        return state._settle()

    def _after_typing(self, event: ChatEvent) -> "Conversation":
        """The conversation with a line more, with some turns less, or with another system message."""
        script = self.trial.script
        match event:
            case Typed():
                return self._with_script(script.with_line(event.line))._turn_to(len(script.turns))
            case Retried():
                return self._asked_again(event.line)
            case Undone() if self.standing is not None and event.turn == len(script.turns) - 1:
                line, subject = self.standing
                before = replace(self, said=replace(subject, before=self.said))
                script = script.until(event.turn).with_line(line)
                return before._told_anew(script, taken_back=self.taken_back + 1)
            case Undone():
                return self._told_anew(script.until(event.turn), taken_back=self.taken_back + 1)
            case Instructed():
                return self._told_anew(script.instructed(event.message), taken_back=self.taken_back)
            case Adjusted():
                return self._told_anew(script, taken_back=self.taken_back)

    def _asked_again(self, line: Line) -> "Conversation":
        """The conversation that waits for another reply to its last turn, with the one that there is kept aside."""
        assert self.said is not None
        script, subject = self.trial.script, self.said
        before = self._told_anew(script.until(subject.turn), taken_back=self.taken_back + 1)
        asking = before._with_script(before.trial.script.with_line(line))._turn_to(subject.turn)
        return replace(asking, standing=(script.turns[subject.turn], subject))

    def _with_script(self, script: Script) -> "Conversation":
        """The conversation of another script."""
        return replace(self, trial=replace(self.trial, script=script))

    def _told_anew(self, script: Script, *, taken_back: int) -> "Conversation":
        """The conversation over another script, with the replies to what is left of it; this costs all that was said."""
        chain, said = _opened(script), None
        replies = {subject.turn: subject for subject in self.replies}
        for turn, line in enumerate(script.turns):
            chain = chain.add(line.message)
            if turn in replies:
                chain = chain.add(replies[turn].reply.said)
                said = replace(replies[turn], before=said, link=chain.last)
        told = replace(self._with_script(script), chain=chain, said=said, taken_back=taken_back)
        return replace(told, unanswered=False, standing=None)._turn_to(len(script.turns))

    def _answered_before(self, asked: Mapping[str, Request]) -> dict[str, Answer]:
        """The replies that an earlier telling had to the very same questions, by slot."""
        if not self.kept:
            return {}
        found = {slot: self.kept.get((request.key, request.draw)) for slot, request in asked.items()}
        return {slot: answered.answer for slot, answered in found.items() if answered is not None}

    def _after_answer(self, event: Answered) -> "Conversation":
        """The conversation with one answer more."""
        if event.slot not in self.asked or event.slot in self.answers:
            raise OutOfOrderError(f"{event.slot} of {event.trial} was not asked, or is answered")
        phase: Phase = "answered" if self.phase == "asking" else self.phase
        return replace(self, phase=phase, answers={**self.answers, event.slot: event.answer})

    def _hear(self) -> "Conversation":
        """The conversation with the present turn's reply in its history."""
        answer = self.answers[turn_slot(self.turn)]
        assert answer.reply is not None
        chain = self.chain.add(answer.reply.said)
        tell = partial(transcribe, self.trial, self.captured, self.not_taken)
        said = Subject(answer, self.turn, chain.last, self.said, tell=tell)
        return replace(self, phase="judging", said=said, chain=chain, standing=None)._settle()

    def _settle(self) -> "Conversation":
        """The conversation past a phase in which nothing is left to do, with the next check's questions asked."""
        script = self.trial.script
        if self.phase == "judging" and self.judged == len(script.turns[self.turn].checks):
            stops = self.failed and script.on_failed_check == "stop" and self.turn + 1 < len(script.turns)
            return (
                replace(self, phase="cutting", asked={}, answers={})
                if stops
                else self._turn_to(self.turn + 1)
            )
        if self.phase == "closing" and self.judged == len(script.checks):
            return replace(self, phase="finishing", asked={}, answers={})
        if self.phase in {"judging", "closing"}:
            ready = self._ready(self._posed)
            asked = (
                check_requests(
                    ready, self._judged_turn, self.judged, self._subjects(), scenario=script.scenario
                )
                if isinstance(ready, Posed)
                else {}
            )
            return replace(self, asked=asked, answers=self._answered_before(asked))
        return replace(self, asked={}, answers={})

    # -- judging ---------------------------------------------------------------------------------------------------

    @property
    def _judged_turn(self) -> int | None:
        """The turn whose checks are judged; None at the foot."""
        return self.turn if self.phase == "judging" else None

    @property
    def _posed(self) -> Posed:
        """The check that waits for its verdict."""
        script = self.trial.script
        return (script.checks if self.phase == "closing" else script.turns[self.turn].checks)[self.judged]

    def _subjects(self) -> tuple[Subject, ...]:
        """The replies that the waiting check looks at."""
        if self.phase == "judging":
            return () if self.said is None or self.left_out else (self.said,)
        if self.cut is not None:
            return ()
        return subjects_of(self._posed, self.trial.script, self.replies)

    def _verdict(self) -> Verdict:
        """The waiting check's verdict, once all that it asked is answered."""
        if self.phase == "closing" and self.cut is not None:
            return inapplicable(self._posed, f"turns from {self.cut + 1} on were skipped")
        if self.phase == "judging" and self.left_out:
            return inapplicable(self._posed, "the turn was not taken: its condition did not hold")
        ready = self._ready(self._posed)
        if isinstance(ready, Verdict):
            return ready
        answers = group_answers(self.answers, self.asked)

        def answers_about(subject: Subject) -> tuple[Answer, ...]:
            return answers.get(check_slot(self._judged_turn, self.judged, subject), ())

        return conclude(ready, self._subjects(), answers_about)

    def _condition(self) -> Verdict:
        """Whether the present turn is taken: the first of its conditions that does not pass says why not."""
        assert self.said is not None
        answers = group_answers(self.answers, self.asked)
        verdicts = []
        for index, posed in enumerate(self.trial.script.turns[self.turn].when):
            ready = self._ready(posed)
            if isinstance(ready, Posed):
                about = answers.get(when_slot(self.turn, index), ())
                ready = conclude(ready, (self.said,), partial(_always, about))
            verdicts.append(ready)
            if ready.outcome != "passed":
                break
        return verdicts[-1]

    def _ready(self, posed: Posed) -> Posed | Verdict:
        """A check with what it needs of earlier replies; its verdict where that was not found, or makes no check."""
        missing = [name for name in posed.captured if name not in self.captured]
        if missing:
            return inapplicable(posed, f"{quoted(missing[0])} was not captured")
        if not posed.captured or posed.late is None:
            return posed
        try:
            return posed.model_copy(update={"ask": posed.late(self.captured)})
        except ValueError as error:
            return broken(posed, str(error))

    def _reason_to_skip(self) -> str:
        """Why the turns after the present one are not played."""
        if self.missing is not None:
            return f"{quoted(self.missing)} was not captured"
        return "the turn before is unanswered" if self.unanswered else "a check of the turn before failed"


def _always(answers: tuple[Answer, ...], _: Subject) -> tuple[Answer, ...]:
    """The same answers, whatever reply they are about."""
    return answers


def fold_trial(trial: Trial, events: Iterable[TrialEvent]) -> Conversation:
    """The conversation that a trial's events make; one that was reopened is told anew with the replies it had."""
    earlier, present = part_anew(events)
    conversation = Conversation.begin(trial, kept_replies(earlier))
    for event in present:
        conversation = conversation.after(event)
    return conversation


def kept_replies(events: Iterable[TrialEvent]) -> dict[tuple[str, int], Answered]:
    """The replies among the events of an earlier telling, by what was asked: key and draw, the last one of each.

    Not by slot: a check that is put before others moves their questions, and does not change them.
    """
    answered = (event for event in events if isinstance(event, Answered))
    return {(event.key, event.draw): event for event in answered if event.answer.reply is not None}


def _opened(script: Script) -> Chain:
    """What a script opens with."""
    chain = Chain()
    for message in script.opening:
        chain = chain.add(message)
    return chain
