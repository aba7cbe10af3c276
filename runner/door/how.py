"""What changes how a run is played, and nothing that is sent: said to `runner.play` and to `runner.resume` alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from runner.core.wording import unknown
from runner.door.given import Place, dollars, flag, number_from, place
from runner.errors import UsageError
from runner.operations.stage import Asked
from runner.transports.cassette import Mode


@dataclass(frozen=True, slots=True)
class How:
    """What was said; None where nothing was."""

    in_flight: int | None
    reproduce: bool
    stream: bool | None
    max_cost: float | None
    max_tokens_total: int | None
    cassettes: Place | None
    mode: Mode | None

    def laid_over(self, asked: Asked, folder: Path | None = None) -> Asked:
        """What was asked for earlier, with what is asked for now; raises UsageError where that makes no sense.

        A run that goes on in another folder finds its recordings where they were named.
        """
        cassettes = self._cassettes(folder)
        said = {
            "in_flight": number_from(1, "in_flight", self.in_flight),
            "reproduce": flag("reproduce", self.reproduce) or None,
            "stream": flag("stream", self.stream),
            "max_cost": dollars("max_cost", self.max_cost),
            "max_tokens_total": number_from(0, "max_tokens_total", self.max_tokens_total),
            "cassettes": cassettes,
            "mode": _known(self.mode, asked.cassettes if cassettes is None else cassettes),
        }
        return asked.model_copy(update={key: value for key, value in said.items() if value is not None})

    def _cassettes(self, folder: Path | None) -> str | None:
        """The folder of recordings; where the run is played in another folder, from there."""
        if self.cassettes is None:
            return None
        typed = place("cassettes", self.cassettes)
        return typed if folder is None or folder == Path.cwd() else str(Path.cwd() / typed)


def _known(mode: Mode | None, cassettes: str | None) -> Mode | None:
    """The mode; raises UsageError where there is no such thing, or nothing to do it with."""
    if mode is None:
        return None
    if mode not in get_args(Mode):
        raise UsageError(f"mode {mode}: {unknown('mode', str(mode), get_args(Mode))}")
    if cassettes is None:
        raise UsageError(f'mode="{mode}" needs cassettes, the folder of the recordings')
    return mode
