"""What a comparison tries on what: the axis whose values are held against one of them, and how their trials are mixed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from runner.core.value import Json, Value

SEED: Final = 20_241_101
"""What mixes the trials where nobody says otherwise; it is kept with the run."""


class Design(Value):
    """A designed comparison of the values of one axis."""

    by: str
    """The axis whose values are compared."""
    base: str | None = None
    """The value that the others are held against, as ids spell it; the first of the axis where this is None."""
    seed: int = SEED
    """What the order of the trials is drawn from."""
    twin: bool = True
    """Whether the base is played twice as often, so that it can be held against itself: the noise floor (A/A)."""
    margin: float | None = None
    """The largest difference of pass rates that does not matter, 0 to 1; None where nobody said so."""
    alpha: float = 0.05
    """How often what does not differ may be called different."""
    repeats: int | None = None
    """Trials of an item in one cell, the most where they differ; the base's above it are its twin's. None before it is staged."""


@dataclass(frozen=True, slots=True)
class Item:
    """What every value is tried on: a scenario with its case and the values of its other axes."""

    id: str
    """As variants' ids are spelled, without the axis that is compared: `refund-policy[case=kettle,system=v2]`."""
    scenario: str
    case: str | None
    variant: dict[str, Json]
    """The other axes' values."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a comparison was to play, cell by cell: what its transcripts are held against."""

    by: str
    """The axis; `run` where whole runs are compared."""
    base: str
    """The label of the base."""
    cells: tuple[tuple[str, Json], ...]
    """Each value's label and the value itself, as written; the base is among them."""
    items: tuple[Item, ...]
    repeats: int
    """Trials of an item in one cell. The base's repeats above this number are its twin's."""
    twin: bool
    seed: int | None
    """What mixed the trials; None where they were not mixed."""
    margin: float | None = None
    alpha: float = 0.05
    runs: tuple[str, ...] = ()
    """Names of runs."""
    command: str = ""
    planned: Mapping[str, int] = field(default_factory=dict)
    """Trials of each cell by its label, the twin's being as many as the base's; of a cell that is not here, each item's
    repeats."""
