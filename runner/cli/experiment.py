"""What can be typed of a comparison itself, and the files that are written of one."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli.complete import run_names
from runner.cli.complete_files import scenario_paths
from runner.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.core.comparison.compared import Compared
    from runner.core.comparison.design import Design
    from runner.store.folder import RunFolder


def _paths_or_runs(ctx: typer.Context, incomplete: str) -> list[str]:
    """The scenario files and the runs that begin so."""
    return [*scenario_paths(incomplete), *run_names(ctx, incomplete)]


PathsOrRuns = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH|RUN",
        help="Scenario files, or folders of them, which are played; or runs that were played already.",
        show_default=False,
        autocompletion=_paths_or_runs,
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="AXIS", help="The axis whose values are compared, where several things are varied."
    ),
]
Base = Annotated[
    str | None,
    typer.Option("--base", metavar="VALUE", help="What the others are held against; the first value."),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Draw the order of the trials from this; the run keeps it."),
]
NoTwin = Annotated[
    bool, typer.Option("--no-twin", help="Do not play the base twice, and do without the noise floor (A/A).")
]
Margin = Annotated[
    float | None,
    typer.Option(
        "--margin",
        metavar="SHARE",
        help="The largest difference of pass rates that does not matter, e.g. 0.05.",
    ),
]
Alpha = Annotated[
    float | None,
    typer.Option(
        "--alpha", metavar="SHARE", help="How often what does not differ may be said to differ; 0.05."
    ),
]
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write every number as a row of a CSV file.")
]
Plots = Annotated[
    Path | None, typer.Option("--plots", metavar="DIR", help="Draw the curves, as SVG and PNG files.")
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="FILE", help="Write one page: the figures, the curves, every conversation."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Write what was found in words, and nothing else.")]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Say what would be played, what it would cost, and which difference could be seen; nothing is sent.",
    ),
]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about a comparison itself."""

    by: str | None
    base: str | None
    seed: int | None
    no_twin: bool
    margin: float | None
    alpha: float | None

    def require_sensible(self) -> None:
        """Raise UsageError where a number makes no sense."""
        if self.margin is not None and not 0 < self.margin < 1:
            raise UsageError(f"--margin {self.margin:g}: expected a share between 0 and 1, e.g. 0.05")
        if self.alpha is not None and not 0 < self.alpha < 0.5:
            raise UsageError(f"--alpha {self.alpha:g}: expected a share between 0 and 0.5, e.g. 0.05")

    def given(self) -> list[str]:
        """The names of what says how trials are played."""
        return [*(["--seed"] if self.seed is not None else []), *(["--no-twin"] if self.no_twin else [])]

    def design(self) -> "Design":
        """The comparison; its axis may still have to be found."""
        from runner.core.comparison.design import Design

        said = {"seed": self.seed, "alpha": self.alpha}
        known = {name: value for name, value in said.items() if value is not None}
        return Design.model_validate(
            {
                "by": self.by or "",
                "base": self.base,
                "twin": not self.no_twin,
                "margin": self.margin,
                **known,
            }
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What is written beside what is shown."""

    csv: Path | None
    plots: Path | None
    report: Path | None

    def require_places(self) -> None:
        """Raise UsageError where something cannot be written, or drawn."""
        from runner.cli.writing import require_place

        for option, path in (("--csv", self.csv), ("--report", self.report)):
            if path is not None:
                require_place(option, path)
        if self.csv is not None and self.report is not None and self.csv.resolve() == self.report.resolve():
            raise UsageError(f"--csv and --report both name {self.csv}: give each a file of its own")
        if self.plots is not None:
            from runner.reports.plots import require_plots

            require_plots()
            require_place("--plots", self.plots / "curve.svg")

    def write(self, found: "Compared", folders: "list[RunFolder]") -> None:
        """Write it; raises StoreError where a file cannot be written, once all others are."""
        from runner.cli.writing import write_whole

        faults = []
        for path, content in self._files(found, folders):
            try:
                write_whole(path, content)
            except StoreError as error:
                faults.append(str(error))
        if faults:
            told, names = "\n".join(faults), " ".join(folder.name for folder in folders)
            raise StoreError(
                f"{told}\nthe run is kept: `runner compare {names}` writes it anew, and sends nothing"
            )

    def _files(self, found: "Compared", folders: "list[RunFolder]") -> "Iterator[tuple[Path, bytes]]":
        """What is written where."""
        if self.csv is not None:
            from runner.reports.compared_csv import compared_csv

            yield self.csv, compared_csv(found)
        if self.plots is not None:
            from runner.reports.plots import plots

            for name, picture in plots(found):
                yield self.plots / name, picture
        if self.report is not None:
            from runner.operations.report import page_of

            yield self.report, page_of(folders, found)
