"""One measure with its bound: what was found, what it must be, and whether that holds."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    value: float | None
    """None where it was not measured; `beside` says why."""
    shown: str = "{:.2f}"
    """How the value is written."""
    beside: str = ""
    """What it was made from."""
    most: float | None = None
    """What it must not be above; None where nothing is asked of it."""
    least: float | None = None
    """What it must not be below."""

    @property
    def held(self) -> bool | None:
        """Whether the bound holds; None where there is none, or nothing was measured."""
        if self.value is None or (self.most is None and self.least is None):
            return None
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    def row(self) -> tuple[str, str, str, str, str]:
        """The cells of its line."""
        value = "not measured" if self.value is None else self.shown.format(self.value)
        must = (
            f"<= {self.most:g}"
            if self.most is not None
            else f">= {self.least:g}"
            if self.least is not None
            else ""
        )
        held = {True: "held", False: "NOT HELD", None: ""}[self.held]
        return self.name, value, must, held, self.beside

    def dump(self) -> dict[str, Any]:
        """The same as JSON data."""
        return {**asdict(self), "held": self.held}


def table(figures: list[Figure]) -> str:
    """The figures as a table."""
    rows = [("measure", "value", "must be", "", "made from"), *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
