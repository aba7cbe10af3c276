"""A talk with a model, kept as a run: what is typed is journalled, asked and heard; it reads no keyboard, shows nothing.

Law: a chat is a run like any other. The folder is made with the first line; killed at any moment, it goes on from what
its journal holds.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any, Self

from runner.core.conversation import Conversation
from runner.core.event import (
    Adjusted,
    Answered,
    Begun,
    Event,
    Finished,
    Instructed,
    Planned,
    Retried,
    Stopped,
    TrialEvent,
    Typed,
    Undone,
)
from runner.core.message import Answer, Message
from runner.core.run import Run
from runner.core.trial import INSTRUCTING, Line, Script, Trial
from runner.core.value import Json
from runner.errors import UsageError
from runner.operations.chat_save import Saved
from runner.operations.chat_start import CHAT, Start, Wish, start_again
from runner.operations.connect import connect
from runner.operations.opening import name_stamp, open_manifest, stamp
from runner.operations.play import Played
from runner.operations.thread import LoopThread
from runner.store.folder import RunFolder
from runner.store.journal import Journal, read_journal
from runner.store.manifest import Manifest
from runner.store.transcripts import write_transcripts
from runner.transports import Notify, Transport


class Chat:
    """A talk; every method that asks waits for the answer, and Ctrl-C takes the question back."""

    def __init__(
        self,
        begun: Start,
        outputs: Path,
        command: Sequence[str] = (),
        listening: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Take where it begins, where runs are kept, and where alone Ctrl-C may be raised; nothing is opened yet."""
        self._listening = listening
        self._stage = begun.stage
        self._outputs = outputs
        self._command = tuple(command)
        self._planned = begun.script
        self._open = ExitStack()
        self._thread = LoopThread()
        self._transport: Transport | None = None
        self._journal: Journal | None = None
        self._manifest: Manifest | None = None
        self._waiting: list[Event] = []
        """What happened before the folder was made."""
        self._dropped: Message | None = None
        """The line that was asked last and has no reply: what `retry` asks again."""
        self.was_cut = False
        """Whether a question that waited for its reply when the program was killed was taken back."""
        self.has_stood = False
        """Whether the reply to the last line stands although it was asked again, since no other one came."""
        self.recast = 0
        """How many of the first turns were said under another system message than the present one."""
        self.saved = Saved()
        """The scenarios that it was written down as."""
        self.run = Run()
        self.folder: RunFolder | None = None
        self.params = dict(begun.script.params)
        """What goes with the next question."""
        self.conversation = Conversation.begin(Trial(begun.script))
        self._begin()

    @classmethod
    def resume(
        cls,
        folder: RunFolder,
        wish: Wish,
        environ: Mapping[str, str],
        listening: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> Self:
        """The talk that a run holds, with all that was said; raises UsageError where the run is no chat."""
        with ExitStack() as held:
            held.enter_context(folder.locked())
            manifest = folder.read_manifest()
            if manifest.kind != CHAT:
                raise UsageError(
                    f"{folder.name} is no chat; go on with it by `runner play --resume`, or talk on from one of its "
                    "conversations with `runner chat --from RUN#TRIAL`"
                )
            events = list(read_journal(folder.journal))
            planned = next((event for event in events if isinstance(event, Planned)), None)
            if planned is None:
                raise UsageError(f"{folder.name} holds nothing that was said; begin anew with `runner chat`")
            again = start_again(wish, manifest, planned.script, folder, environ)
            chat = cls(again, folder.path.parent, listening=listening)
            chat._take_up(folder, manifest, events, held.pop_all())
            return chat

    # -- what a person does ----------------------------------------------------------------------------------------

    def say(self, words: str, notify: Notify) -> Answer | None:
        """The answer to a line; None where Ctrl-C broke it off, and then the line is not part of the talk."""
        self._mend()
        return self._say({"role": "user", "content": words}, notify)

    def retry(self, notify: Notify) -> Answer | None:
        """The answer to the last line, asked once more: the reply that there is stands until another one comes.

        Raises UsageError where there is no line.
        """
        self._mend()
        if self._dropped is not None:
            return self._say(self._dropped, notify)
        if not self._turns:
            raise UsageError("there is nothing to ask again")
        return self._ask(Retried(trial=self._trial, line=self._line(self._turns[-1].message)), notify)

    def undo(self) -> str:
        """Take the last line and its reply back; return the line. Raises UsageError where there is none."""
        self._mend()
        if not self._turns:
            raise UsageError("there is nothing to take back")
        message = self._turns[-1].message
        self._undo()
        self._dropped = None
        content = message.get("content")
        return content if isinstance(content, str) else ""

    def instruct(self, words: str | None) -> None:
        """Change the system message, or take it away; what was said stays."""
        self._mend()
        message = None if words is None else {"role": "system", "content": words}
        self.recast = len(self._turns)
        self._pass_on(Instructed(trial=self._trial, message=message))

    def adjust(self, params: Mapping[str, Json]) -> None:
        """Change what goes with the next questions."""
        self._mend()
        self.params = dict(params)
        self._pass_on(Adjusted(trial=self._trial, params=self.params))

    @property
    def spoken(self) -> Script:
        """The script without a line that has no reply."""
        return self.script.until(len(self._turns) - 1) if self.conversation.unanswered else self.script

    @property
    def files(self) -> dict[str, Path]:
        """What is sent beside texts, by SHA-256."""
        return {
            digest: Path(path)
            for scenario in self._stage.scenarios
            for digest, path in scenario.files.items()
        }

    @property
    def system(self) -> str | None:
        """The system message; None where there is none."""
        opening = self.script.opening
        return next((each["content"] for each in opening if each.get("role") in INSTRUCTING), None)

    @property
    def messages(self) -> tuple[Message, ...]:
        """All that was said so far."""
        said: list[Message] = list(self.script.opening)
        replies = {subject.turn: subject.reply.said for subject in self.conversation.replies}
        for turn, line in enumerate(self._turns):
            said += [line.message, *([replies[turn]] if turn in replies else [])]
        return tuple(said)

    @property
    def script(self) -> Script:
        """What was typed so far, and what it began with."""
        return self.conversation.trial.script

    def close(self, stopped: str | None = None) -> Played | None:
        """End the talk, by itself or for a reason, and leave its transcript behind; None where nothing was said."""
        try:
            if self._transport is not None:
                self._thread.run(self._transport.close())
        finally:
            self._thread.close()
            with self._open:
                played = self._leave(stopped)
        return played

    # -- how it is kept --------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Note that the talk began."""
        script = self._planned
        self._waiting = [
            Planned(script=script, plays=script.plays, judges=script.judges),
            Begun(trial=self._trial),
        ]

    def _take_up(
        self, folder: RunFolder, manifest: Manifest, events: Sequence[Event], held: ExitStack
    ) -> None:
        """Go on from what a journal holds."""
        self._open, self.folder, self._waiting = held, folder, []
        for event in events:
            self.run.add(event)
            if isinstance(event, TrialEvent):
                self.conversation = self.conversation.after(event)
            if isinstance(event, Instructed):
                self.recast = len(self._turns)
            self.recast = min(self.recast, len(self._turns))
            if isinstance(event, Typed | Retried):
                self.params = dict(self.script.params_of(len(self._turns) - 1))
            elif isinstance(event, Adjusted):
                self.params = dict(event.params)
        self._journal = self._open.enter_context(Journal(folder.journal, folder.name))
        self._manifest = manifest.model_copy(update={"status": "playing", "reason": None, "ended_at": None})
        if self._trial not in self.run.trials:
            self._pass_on(Begun(trial=self._trial))
        self._conclude()
        self.was_cut = self.conversation.next() is not None  # killed before its answer came
        if self.was_cut or self.conversation.standing is not None:
            self._take_back()

    def _settle(self) -> None:
        """Make the folder, and write down what happened before."""
        folder = RunFolder.create(self._outputs, name_stamp(), CHAT)
        self._open.enter_context(folder.locked())
        self._journal = self._open.enter_context(Journal(folder.journal, folder.name))
        manifest = open_manifest(self._stage, self._command, CHAT)
        self._manifest = manifest.model_copy(update={"run": folder.name, "trials": 1})
        folder.write_manifest(self._manifest)
        self.folder = folder
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._write(event)

    def _pass_on(self, event: TrialEvent) -> None:
        """Write an event down, then take it in; what happens before the first line waits for it."""
        if self._journal is None and isinstance(event, Typed):
            self._settle()
        if self._journal is None:
            self._waiting.append(event)
        else:
            self._write(event)
        self.conversation = self.conversation.after(event)

    def _write(self, event: Event) -> None:
        """Write an event down, and take it into the run."""
        assert self._journal is not None
        self._journal.append(event)
        self.run.add(event)

    def _line(self, message: Message) -> Line:
        """A message as a turn, with what goes with questions now."""
        return Line(message=message, params=None if self.params == self.script.params else dict(self.params))

    def _say(self, message: Message, notify: Notify) -> Answer | None:
        """The answer to a message that is said; None where it was broken off."""
        return self._ask(Typed(trial=self._trial, line=self._line(message)), notify)

    def _ask(self, asking: Typed | Retried, notify: Notify) -> Answer | None:
        """The answer to a question; None where it was broken off."""
        self._dropped, self.has_stood = None, False
        self._pass_on(asking)
        step = self.conversation.next()
        assert step is not None
        (request,) = step.requests
        transport = self._connected()
        try:
            with self._listening():
                answer = self._thread.run(transport.send(request, notify))
        except KeyboardInterrupt:
            self._take_back()
            return None
        answered = Answered(
            trial=self._trial,
            slot=request.slot,
            purpose=request.purpose,
            key=request.key,
            draw=request.draw,
            answer=answer,
        )
        self._pass_on(answered)
        self._conclude()
        if self.conversation.standing is not None:  # the talk has no hole: what was replied before stands
            self._take_back()
        elif answer.reply is None:
            self._dropped = asking.line.message
        return answer

    def _conclude(self) -> None:
        """Write down what follows without asking anybody."""
        _, events = self.conversation.conclude()
        for event in events:
            self._pass_on(event)

    def _connected(self) -> Transport:
        """What sends, opened with the first question."""
        assert self.folder is not None
        if self._transport is None:
            for digest, path in self.files.items():
                self.folder.keep_file(digest, path)
            self._transport = connect(self._stage, self.folder, alone=True)
        return self._transport

    def _mend(self) -> None:
        """Take back a line that has no reply: the talk goes on without it."""
        if self.conversation.unanswered:
            self._take_back()

    def _take_back(self) -> None:
        """Take back a question that got no reply: the line, or only the asking where there is an earlier reply to it."""
        self.has_stood = self.conversation.standing is not None
        self._dropped = None if self.has_stood else self._turns[-1].message
        self._undo()

    def _undo(self) -> None:
        """Take the last turn back, or only its being asked again."""
        self._pass_on(Undone(trial=self._trial, turn=len(self._turns) - 1))
        self.recast = min(self.recast, len(self._turns))

    def _leave(self, stopped: str | None) -> Played | None:
        """Write what a run leaves behind."""
        if self.folder is None or self._journal is None or self._manifest is None:
            return None
        if not self.conversation.over:  # what has ended is not stopped any more
            if stopped is not None:
                self._write(Stopped(reason=stopped))
            else:
                self._pass_on(Finished(trial=self._trial))
        status = self.run.status(1)
        update: dict[str, Any] = {
            "status": status,
            "reason": self.run.stopped if status == "stopped" else None,
            "ended_at": stamp(),
            "totals": self.run.totals().dump(),
        }
        try:
            write_transcripts(self.folder)
        finally:
            self.folder.write_manifest(self._manifest.model_copy(update=update))
        return Played(folder=self.folder, run=self.run, trials=1)

    @property
    def _turns(self) -> tuple[Line, ...]:
        """The lines that were typed and not taken back."""
        return self.script.turns

    @property
    def _trial(self) -> str:
        """The talk's only trial."""
        return self.conversation.trial.id
