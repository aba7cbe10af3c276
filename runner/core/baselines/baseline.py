"""The run that others are held against, scenario by scenario: what is kept of each of its cells; it reads no file.

Law: accepting the same run again changes nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from runner.core.measuring import Measured, Replies
from runner.core.value import Json, Value

SCHEMA: Final = "runner.baseline/1"

Number = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
"""Of a trial or a turn, 1-based."""
Count = Annotated[int, Field(ge=0)]


class Heard(Value):
    """The replies to one turn."""

    digests: dict[str, Count] = {}
    """How often each reply was said, by a short digest of it."""
    characters: list[float] = []
    """The mean, the fewest and the most."""
    sample: str = ""
    """One of the replies, bounded."""

    @classmethod
    def of(cls, replies: Replies) -> Self:
        """What is kept of some replies."""
        lengths = replies.characters
        spread = [round(sum(lengths) / len(lengths), 1), min(lengths), max(lengths)] if lengths else []
        return cls(digests=dict(sorted(replies.digests.items())), characters=spread, sample=replies.sample)


class Cell(Value):
    """One variant with its case."""

    case: str | None = None
    variant: dict[str, Json] = {}
    plays: str = ""
    """The digest of all that decided what was sent."""
    asked: dict[str, str] = {}
    """The checks that there were, by their keys, each with a digest of what it asked."""
    trials: dict[str, Count] = {}
    """How many came out so: passed, failed, unmeasured."""
    failing: dict[Number, list[str]] = {}
    """Of trials that failed, by the number of their repeat: the checks that did."""
    checks: dict[str, dict[str, Count]] = {}
    """By check: how often each outcome came."""
    replies: dict[Number, Heard] = {}
    """By turn, 1-based."""
    mean_cost_usd: float | None = None
    """Of a trial; null where it is not known."""
    mean_tokens: float | None = None
    """Sent and received, of a trial; null where it is not known."""
    models: list[str] = []
    """The models that answered, as they name themselves."""
    replayed: bool = False
    """Whether all of it came from recordings."""
    cold: bool = False
    """Whether every turn was asked at temperature 0."""

    @model_validator(mode="after")
    def _require_sums(self) -> Self:
        """Refuse what does not add up: a merge of two baselines by hand, say."""
        failed = self.trials.get("failed", 0)
        if len(self.failing) != failed:
            raise ValueError(
                f"{failed} trials failed, and the checks that failed are named of {len(self.failing)}"
            )
        return self

    @classmethod
    def of(cls, block: Measured, plays: str, asked: Mapping[str, str]) -> Self:
        """What is kept of a block."""
        counts: dict[str, int] = {}
        for outcome in block.trials.values():
            counts[outcome] = counts.get(outcome, 0) + 1
        failing = {trial.rpartition("#")[2]: sorted(keys) for trial, keys in block.failing.items()}
        return cls(
            case=block.case,
            variant=block.variant,
            plays=plays,
            asked=dict(sorted(asked.items())),
            trials=dict(sorted(counts.items())),
            failing=dict(sorted(failing.items(), key=lambda each: int(each[0]))),
            checks={key: dict(sorted(counts.items())) for key, counts in sorted(block.checks.items())},
            replies={str(turn + 1): Heard.of(each) for turn, each in sorted(block.replies.items())},
            mean_cost_usd=_mean(block.costs, 8),
            mean_tokens=_mean(block.tokens, 1),
            models=sorted(block.models),
            replayed=block.is_replayed,
            cold=block.is_cold,
        )

    @property
    def is_fixed(self) -> bool:
        """Whether it says the same whenever it is asked: replayed, or once at temperature 0."""
        return self.replayed or (self.cold and sum(self.trials.values()) == 1)

    @property
    def passed(self) -> int:
        """How many trials passed."""
        return self.trials.get("passed", 0)

    @property
    def measured(self) -> int:
        """How many trials passed or failed."""
        return self.passed + self.trials.get("failed", 0)


class Baseline(Value):
    """What one scenario is held against."""

    schema_: str = SCHEMA
    """`runner.baseline/1`."""
    scenario: str
    """The scenario's name."""
    run: str = ""
    """The run that was accepted last."""
    cells: dict[str, Cell] = {}
    """By the variant's id."""

    def with_cells(self, run: str, cells: Mapping[str, Cell], *, alone: bool = False) -> Self:
        """The baseline with other cells in the place of those of the same id, or of all where they stand `alone`.

        The very same baseline where that changes nothing, so that its run stays the one that it came from.
        """
        after = dict(sorted((dict(cells) if alone else {**self.cells, **cells}).items()))
        return self if after == self.cells else self.model_copy(update={"run": run, "cells": after})


def _mean(numbers: Iterable[float | None], digits: int) -> float | None:
    """The mean; None where one of the numbers is not known, or there is none."""
    found = list(numbers)
    known = [number for number in found if number is not None]
    return round(sum(known) / len(known), digits) if known and len(known) == len(found) else None
