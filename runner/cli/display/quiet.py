"""Runs without a show: only the path of the transcripts, or one JSON document for other programs."""

import json
from collections.abc import Iterator
from typing import Final

from runner.cli.display.follower import Follower
from runner.cli.display.recordings import can_record, needs_sentence, recording_command, taped_document
from runner.cli.display.summary import is_stopped, resume_command
from runner.cli.display.tally import Tally, troubles_of
from runner.core.harmless import harmless_line
from runner.core.run import Run
from runner.core.value import Json
from runner.operations.play import Played
from runner.operations.stage import Stage
from runner.store.folder import RunFolder

SCHEMA: Final = "runner.result/1"


class Quiet(Follower):
    """Says nothing but what went wrong, and where the transcripts are."""

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """Say nothing."""

    def stopping(self, reason: str) -> None:
        """Say nothing."""

    def closes(self, played: Played) -> None:
        """Write what is unanswered or broke to stderr, and the path to stdout."""
        run = played.run
        if is_stopped(played):
            self.screen.say(
                f"{harmless_line(run.stopped or 'stopped')}; go on with: {resume_command(played.folder, run.stopped)}"
            )
        if run.counts["unanswered"] or any(summary.broken for summary in run.trials.values()):
            for line in self.ending(played).trouble_lines():
                self.screen.say(line)
        if played.taped is not None and played.taped.needs is not None:
            self.screen.say(harmless_line(needs_sentence(played.taped.needs)))
            if can_record(played.taped):
                self.screen.say(f"record it: {recording_command(played.taped)}")
        self.screen.tell(harmless_line(str(played.folder.transcripts)))


class Document(Follower):
    """Writes one JSON document to stdout at the end; somebody who waits at a terminal is told what is played."""

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None:
        """Say what is played where stderr is a terminal; to a program, stderr means that something went wrong."""
        if self.screen.err.isatty():
            super().opens(stage, folder, run)

    def stopping(self, reason: str) -> None:
        """Say what is waited for, likewise."""
        if self.screen.err.isatty():
            super().stopping(reason)

    def closes(self, played: Played) -> None:
        """Write the document."""
        self.screen.tell(json.dumps(document(played, self.ending(played).whole), ensure_ascii=True, indent=2))


def document(played: Played, tally: Tally) -> dict[str, Json]:
    """A run that has ended, for other programs."""
    run = played.run
    return {
        "schema": SCHEMA,
        "run": played.folder.name,
        "folder": str(played.folder.path),
        "transcripts": str(played.folder.transcripts),
        "status": run.status(played.trials),
        "reason": run.stopped,
        "exit_code": played.exit_code,
        "planned": played.trials,
        "totals": run.totals().model_dump(),
        "trials": list(_trials(run, tally)),
        **({} if played.taped is None else {"recordings": taped_document(played.taped)}),
    }


def _trials(run: Run, tally: Tally) -> Iterator[dict[str, Json]]:
    """Each trial that began, in the order in which they began."""
    for trial, summary in run.trials.items():
        error = None
        if summary.failure is not None:
            found = [each for each in troubles_of(trial, run, tally) if each.outcome == "unanswered"]
            error = {"kind": summary.failure, "turn": found[0].turn, "message": found[0].reason or None}
        yield {
            "id": trial,
            "status": summary.status,
            "heard": summary.heard,
            "checks": {"passed": summary.passed, "failed": summary.failed, "broken": summary.broken},
            "error": error,
        }
