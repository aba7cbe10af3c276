"""The end of a run for people: a table, what went wrong, one sentence, the path, and what to type next."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from runner.cli.display.layout import NO_BREAK, wrapped
from runner.cli.display.recordings import tell_taped
from runner.cli.display.rows import rows_of, table_of, total_of
from runner.cli.display.screen import Screen
from runner.cli.display.tally import Tally, Trouble, troubles_of
from runner.cli.display.typed import command, typed
from runner.cli.display.wording import money, seconds
from runner.core.budget import twice
from runner.core.harmless import harmless_line
from runner.core.message import MISSING
from runner.core.run import Summary
from runner.core.wording import count
from runner.errors import StoreError
from runner.operations.play import Played
from runner.operations.read import transcripts_of
from runner.store.folder import LATEST, RunFolder
from runner.transports.breaker import cause_of

MOST_TROUBLES = 10
"""How many of the things that went wrong are shown; the rest is counted."""
DEFAULT_OUTPUTS = "outputs"
_CUT = {"length": "cut by the limit on tokens", "content_filter": "cut by a content filter"}


@dataclass(frozen=True)
class Ending:
    """A run that has ended, and what was gathered of it."""

    screen: Screen
    played: Played
    tally: Tally
    elapsed: float
    """Seconds since this part of the run began."""
    names: frozenset[str]
    """Of the scenarios."""
    is_new: bool
    """Whether the run began in this very program, so that it is the latest one."""

    @cached_property
    def whole(self) -> Tally:
        """What was gathered of the whole run: of its earlier parts nothing was heard here, but they were kept."""
        if self.is_new:
            return self.tally
        try:
            return Tally.of(transcripts_of(self.played.folder))
        except StoreError:  # it was told already that they cannot be written
            return self.tally

    def tell(self) -> None:
        """Tell everything, for a run of several trials."""
        self.screen.say()
        rows = rows_of(self.played.run, self.whole, self.names)
        if len(rows) > 1:
            total = total_of(self.played.run, self.whole)
            self.screen.tell("\n".join(table_of(rows, total, self.screen)) + "\n")
        self.tell_troubles()
        self.tell_end()

    def tell_troubles(self) -> None:
        """Tell what is unanswered, failed or broken: the first ones with their reasons, the others as a number."""
        if lines := self.trouble_lines():
            self.screen.tell("\n".join(lines) + "\n")

    def trouble_lines(self) -> list[str]:
        """What went wrong, a line each, the last one for those that are only counted."""
        whole = sum(_bad(summary) for summary in self.played.run.trials.values())
        shared = {cause: number for cause, number in self.whole.shared().items() if cause[0] != MISSING}
        lines = [self._shared_line(*cause, number) for cause, number in shared.items()]
        alone = [_line(self.screen, *each) for each in islice(self._troubles(shared), MOST_TROUBLES)]
        more = whole - sum(shared.values()) - len(alone)
        lines += alone
        if more > 0:
            lines.append(f"  and {more:,} more: {command('show', *self._place(), '--failed')}")
        return lines

    def _troubles(self, shared: Collection[tuple[str, str]]) -> Iterator[tuple[str, Trouble]]:
        """What went wrong but for the reasons that many share, in the order in which the trials began."""
        run, kinds = self.played.run, {kind for kind, _ in shared}
        for trial, summary in run.trials.items():
            if _bad(summary):
                for each in troubles_of(trial, run, self.whole):
                    is_told = (each.what, cause_of(each.reason)) in shared or (
                        not each.reason and each.what in kinds
                    )
                    if each.what != MISSING and not (each.outcome == "unanswered" and is_told):
                        yield trial, each

    def _shared_line(self, kind: str, reason: str, number: int) -> str:
        """A reason why many trials are unanswered."""
        sign = self.screen.signs["failed"]
        text = harmless_line(": ".join(filter(None, (f"{number:,} trials", "unanswered", kind, reason))))
        indent = 3 + len(sign)
        return f"  {self.screen.paint(sign, 'red')} {wrapped(text, self.screen.width, indent, indent)}"

    def tell_end(self) -> None:
        """Tell how it ended in a sentence, where the transcripts are, and what to type next."""
        state, style = self._state()
        text = wrapped(f"{state}: {self._figures()}", self.screen.width)
        self.screen.tell(self.screen.paint(state, style, "bold") + text[len(state) :])
        if self.played.taped is not None:
            tell_taped(self.played.taped, self.screen)
        self.screen.tell(harmless_line(str(self.played.folder.transcripts)))
        if not is_stopped(self.played):
            self.screen.say(f"read it: {command('show', *self._place())}")
            if self.played.run.counts["unanswered"] and self.played.taped is None:
                way = command("play", "--resume", *self._place(), "--retry-unanswered")
                self.screen.say(f"once the reason is mended: {way}")
        else:
            way = resume_command(self.played.folder, self.played.run.stopped)
            self.screen.say(f"what was heard is saved; go on with: {way}")

    def _state(self) -> tuple[str, str]:
        """How the run ended, and the style for it."""
        if is_stopped(self.played):
            return harmless_line(self.played.run.stopped or "stopped"), "yellow"
        status = self.played.run.status(self.played.trials)
        return status, "green" if status == "finished" else "red"

    def _figures(self) -> str:
        """The run in numbers."""
        totals, planned = self.played.run.totals(), self.played.trials
        whole = totals.finished == planned
        parts = [
            count(planned, "trial") if whole else f"{totals.finished:,} of {count(planned, 'trial')} finished"
        ]
        missing = sum(summary.failure == MISSING for summary in self.played.run.trials.values())
        for number, word in ((totals.unanswered - missing, "unanswered"), (missing, "not recorded")):
            parts[0] += f", {number:,} {word}" * bool(number)
        figures = {"passed": totals.passed, "failed": totals.failed, "broke": totals.broken}
        checks = [f"{number:,} {word}" for word, number in figures.items() if number]
        if checks:
            parts.append(f"{'checks' if sum(figures.values()) > 1 else 'check'}: {', '.join(checks)}")
        for reason, words in _CUT.items():
            if number := self.whole.cut[reason]:
                parts.append(f"{count(number, 'reply', 'replies')} {words}")
        if totals.prompt_tokens or totals.completion_tokens:
            tokens = f"{totals.prompt_tokens:,} tokens in, {totals.completion_tokens:,} out"
            parts.append(tokens.replace(" ", NO_BREAK))
        if totals.cost_usd:
            parts.append(money(totals.cost_usd))
        return "; ".join([*parts, seconds(self.elapsed).replace(" ", NO_BREAK)])

    def _place(self) -> list[str]:
        """The words by which the run is found again."""
        return place(self.played.folder, LATEST if self.is_new else self.played.folder.name)


def is_stopped(played: Played) -> bool:
    """Whether the run was ended before its end."""
    return played.run.status(played.trials) == "stopped"


def place(folder: RunFolder, name: str) -> list[str]:
    """The words by which a run is found again: a name where runs are kept as usual, else its folder."""
    return [name if folder.path.parent == Path(DEFAULT_OUTPUTS) else str(folder.path)]


def resume_command(folder: RunFolder, stopped: str | None = None, verb: str = "play") -> str:
    """The command that goes on with a run, with more to spend where that was what stopped it; of a judged run, the same again."""
    manifest = folder.read_manifest()
    if manifest.kind == "judge":
        return typed(*manifest.command)
    return command(verb, "--resume", *place(folder, folder.name), *(twice(stopped or "") or ()))


def _bad(summary: Summary) -> int:
    """How many things went wrong with a trial."""
    unanswered = summary.status == "unanswered" and summary.failure != MISSING  # that is told in one sentence
    return unanswered + summary.failed + summary.broken


def _line(screen: Screen, trial: str, trouble: Trouble) -> str:
    """One thing that went wrong, with its trial's name before it."""
    sign = screen.signs["broken" if trouble.outcome == "broken" else "failed"]
    about = trouble.of if trouble.turn is None else f"turn {trouble.turn + 1}"
    where = f"{trial}, {about}" if about else trial
    what = [where, *(["unanswered"] if trouble.outcome == "unanswered" else []), trouble.what]
    what.append(trouble.reason or trouble.outcome * (trouble.outcome != "unanswered"))
    text = harmless_line(": ".join(part for part in what if part))
    indent = 3 + len(sign)
    return f"  {screen.paint(sign, 'red')} {wrapped(text, screen.width, indent, indent)}"
