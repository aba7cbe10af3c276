"""One conversation as it is spoken: token by token where somebody watches, turn by turn where nobody does."""

from runner.cli.display.follower import STOPPING, Follower
from runner.cli.display.layout import wrapped
from runner.cli.display.page import Page, not_taken, text_of
from runner.cli.display.screen import Screen
from runner.cli.display.wording import seconds
from runner.core.event import Answered, Event, Finished, Heard, Judged, Skipped, Weighed
from runner.core.harmless import harmless
from runner.core.message import MISSING
from runner.core.run import Run
from runner.core.trial import Line, Script
from runner.core.value import join_surrogates
from runner.core.wording import count
from runner.operations.play import Played
from runner.operations.stage import Stage
from runner.store.folder import RunFolder
from runner.store.journal import read_journal
from runner.transports import Delta, Notice, Started, Waiting


class Live(Follower):
    """Shows one conversation."""

    def __init__(self, screen: Screen) -> None:
        """Take the screen; where nobody watches it, notices are passed over."""
        super().__init__(screen)
        self._page = Page(screen, lambda text: screen.tell(text, end=""))
        self._script: Script | None = None
        self._next = 0
        """The first turn that does not stand on the screen yet."""
        self._captured: dict[str, str] = {}
        """What was taken out of replies, by name."""
        self._speech: Speech | None = None

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """Say what is played, and how the conversation begins."""
        super().opens(stage, folder, run)
        trial = stage.trials[0]
        self._script = trial.script
        heard = run.trials[trial.id].heard if trial.id in run.trials else 0
        if heard:
            for event in read_journal(folder.journal):
                self._remember(event)
            self._page.note(f"({count(heard, 'reply', 'replies')} heard before)")
            return
        for message in trial.script.opening:
            self._page.say(message)

    def hears(self, event: Event, run: Run) -> None:  # noqa: ARG002 - one conversation needs no sums
        """Show what an event adds to the conversation."""
        self.tally.hears(event)
        match event:
            case Answered() if event.purpose == "turn":
                self._show_answer(event)
            case Weighed() if event.verdict.outcome != "passed":
                self._show_gold(event.turn)
                self._page.write("\n")
                self._page.note(not_taken(event.turn, event.verdict))
            case Judged():
                if event.turn is None and event.index == 0:
                    self._show_gold()
                    self._page.begin_foot()
                self._page.verdict(event.verdict)
            case Skipped():
                self._show_gold(event.turn)
                self._page.write("\n")
                self._page.note(f"(turns from {event.turn + 1} on are not played: {event.reason})")
            case Finished():
                self._show_gold()
            case _:
                pass
        self._remember(event)

    def _remember(self, event: Event) -> None:
        """Take in what decides which line comes next, and what it says."""
        match event:
            case Heard():
                self._next = max(self._next, event.turn + 1)
            case Weighed() if event.verdict.outcome != "passed":
                self._next = max(self._next, event.turn + 1)
            case Skipped():
                self._next = len(self._turns)
            case Judged() if event.verdict.captured is not None:
                self._captured[str(event.verdict.name)] = event.verdict.captured
            case _:
                pass

    def watches(self, trial: str, notice: Notice) -> None:  # noqa: ARG002 - there is only one
        """Show what is under way, where somebody watches."""
        if not self.screen.watches or (turn := _turn_of(notice.slot)) is None:
            return
        match notice:
            case Started():
                self._begin_reply(turn)
            case Delta():
                if self._speech is None:
                    self._begin_reply(turn)
                    assert self._speech is not None
                self._speech.add(notice)
            case Waiting() if not notice.is_brief:
                self._wait(notice)

    def stopping(self, reason: str) -> None:  # noqa: ARG002 - a person did it, and knows
        """Say what is waited for, on a line of its own; a reply that is being spoken goes on below."""
        if self._speech is not None:
            self._speech.give_way()
        self.screen.say(wrapped(STOPPING, self.screen.width) if self.screen.watches else STOPPING)

    def closes(self, played: Played) -> None:
        """Say how it ended."""
        self.leaves()
        self.screen.tell()
        self.ending(played).tell_end()

    def leaves(self) -> None:
        """End a reply of which no more will come."""
        self._interrupt("broke off")
        self._speech = None

    # -- turns -----------------------------------------------------------------------------------------------------

    def _show_line(self, turn: int) -> None:
        """Show a user's line, with the gold turns before it."""
        self._show_gold(turn)
        if self._next == turn:
            self._page.say(self._turns[turn].said(self._captured))
            self._next = turn + 1

    def _show_gold(self, until: int | None = None) -> None:
        """Show the gold turns that come next."""
        turns = self._turns
        while self._next < (len(turns) if until is None else until) and turns[self._next].role == "assistant":
            self._page.say(turns[self._next].said(self._captured), "gold")
            self._next += 1

    @property
    def _turns(self) -> tuple[Line, ...]:
        """The script's turns."""
        return () if self._script is None else self._script.turns

    def _begin_reply(self, turn: int) -> None:
        """Begin a reply; what was heard of an earlier try of it is void."""
        self._interrupt("broke off, trying again")
        self._show_line(turn)
        if self._speech is None:
            self._speech = Speech(self._page)

    def _show_answer(self, event: Answered) -> None:
        """Show a reply where it was not heard as it was spoken, or why there is none."""
        self._show_line(_turn_of(event.slot) or 0)
        speech = self._speech or Speech(self._page)
        self._speech = None
        reply, failure = event.answer.reply, event.answer.failure
        if reply is not None:
            speech.close(text_of(reply.message))
            self._page.finish_reason(reply.finish_reason)
        if failure is not None:
            if failure.kind == MISSING:
                speech.remark(f"(not recorded: {failure.message})", "yellow")
            else:
                speech.remark(f"unanswered: {failure.kind}: {failure.message}", "red")

    def _wait(self, notice: Waiting) -> None:
        """Say why nothing comes for a while; beside the reply, since whoever reads it watches."""
        span = "" if notice.seconds is None else f" {seconds(notice.seconds)}"
        text = f"(waiting{span}: {notice.reason})"
        self._interrupt("broke off")
        if self._speech is None:
            self._page.note(text)
        else:
            self._speech.remark(text)

    def _interrupt(self, remark: str) -> None:
        """End what was heard of a reply, if anything was."""
        if self._speech is not None and self._speech.said:
            self._speech.remark(f"({remark})" if remark else "")


class Speech:
    """A reply as it comes, in as many tries as it takes."""

    def __init__(self, page: Page) -> None:
        """Write who speaks."""
        self._page = page
        self._flow = page.begin("assistant")
        self._kind = "content"
        self._held = ""
        """A character that may be half of one."""
        self._is_fresh = True
        """Whether nothing stands beside the role yet."""
        self.said = False
        """Whether anything of the present try was heard."""
        self._goes_on = False
        """Whether the next piece begins a line in the midst of the reply."""

    def add(self, delta: Delta) -> None:
        """Write a piece."""
        if delta.kind != self._kind:
            self._turn_to(delta.kind)
        text = join_surrogates(self._held + delta.text)
        self._held = text[-1:] if text[-1:] == "\r" or "\ud800" <= text[-1:] <= "\udbff" else ""
        whole = text.removesuffix(self._held)
        if self._goes_on:
            whole = whole.lstrip(" ")
            self._goes_on = not whole
        self._flow.feed(harmless(whole))
        self._is_fresh = self._is_fresh and not text
        self.said = self.said or bool(text)

    def _turn_to(self, kind: str) -> None:
        """Say that what comes is of another kind."""
        if self.said:
            self._flow.feed("\n")
        self._kind = kind
        if kind != "content":
            self._flow.feed(f"({kind}) ")

    def remark(self, text: str, style: str = "dim") -> None:
        """End what was said so far; then write a remark that is not part of the reply."""
        if not self._is_fresh:
            self._end_line()
        if text:
            self._page.note(text, style, beside=self._is_fresh)
            self._is_fresh = False
        self._flow = self._page.go_on()
        self._kind, self.said = "content", False

    def give_way(self) -> None:
        """End the line for what is said beside the reply, which then goes on as if nothing had been."""
        self._flow.end()
        self._flow = self._page.go_on()
        self._is_fresh, self._goes_on = False, True

    def close(self, text: str) -> None:
        """End the reply; the whole of it is written where no piece of it was."""
        if not self.said:
            self._flow.feed(harmless(text))
            self._is_fresh = self._is_fresh and not text
        self._end_line()

    def _end_line(self) -> None:
        """End the line that is being written, if there is one."""
        self._flow.feed(harmless(self._held))
        self._held = ""
        self._flow.end()


def _turn_of(slot: str) -> int | None:
    """The turn that a slot is the reply of; None for a check's question."""
    inner = slot.removeprefix("turns[").removesuffix("]")
    return int(inner) if inner.isdecimal() else None
