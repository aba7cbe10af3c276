"""How often gates are wrong, how many trials they take, and how often a run is called worse that is not: simulated.

python -m benchmarks.gates
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from random import Random
from statistics import mean

from benchmarks.figures import Figure
from benchmarks.figures import table as figures_table
from runner.core.statistics.deciding import Rate, curtailed_mean, decide, settled
from runner.core.statistics.paired import Comparison, regression
from runner.core.statistics.rates import clopper_pearson
from runner.core.statistics.sequential import enumerate_sprt, fixed_design, sprt
from runner.core.statistics.significance import Block

SEED = 1
GOOD, BAD, ALPHA, BETA = 0.95, 0.80, 0.05, 0.10
TRUE_RATES = (0.70, 0.80, 0.90, 0.95, 0.99)
PLAYED = 4_000
"""Blocks played at each true rate."""
PAIRS = 2_500
"""Pairs of runs that do not differ."""
CHANGED = 500
"""Pairs of runs at each drop."""
DROPS = (0.05, 0.10, 0.20, 0.30)
BLOCK_RATES = (0.5, 0.8, 0.95, 1.0)
"""What a block passes with, drawn for each; .81 on the whole."""
DESIGNS = (
    ("12 blocks x 5", ((5, 5),) * 12),
    ("6 blocks x 3", ((3, 3),) * 6),
    ("40 blocks x 1", ((1, 1),) * 40),
    ("3 blocks x 10", ((10, 10),) * 3),
    ("1 block x 20", ((20, 20),)),
    ("12 blocks, 5 against 4", ((5, 4),) * 12),
)
"""Each block with how often it is played in the base, and now."""
FEWER_RESAMPLES = 400
"""Drawing blocks anew less often than usual changes the third digit of an end, and no p."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A way to hold a block's rate against what is asked."""

    name: str
    ask: Callable[[int, int], str | None]
    """What so many passes of so many trials say; None as long as the block plays on."""
    count: Callable[[float], float] | None = None
    """The mean number of trials at a true rate, counted instead of played."""


def main() -> int:
    """Play, and print what came of it."""
    began = time.monotonic()
    print(
        f"A pass rate: {PLAYED:,} blocks at each true rate, and the trials a block takes (counted exactly)\n"
    )
    print(_aligned([row for gate in _gates() for row in _try_gate(gate)]), end="\n\n")
    print(
        f"A run against its baseline, alpha {ALPHA:g}: {PAIRS:,} pairs that do not differ, {CHANGED} of each drop\n"
    )
    found = [_Design(name, sizes) for name, sizes in DESIGNS]
    print(_aligned([_HEAD, *(design.row() for design in found)]), end="\n\n")
    print(figures_table([*_sequential_figures(), *(design.figure() for design in found)]))
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0


def _gates() -> list[Gate]:
    """The gates that are held beside each other."""
    trials, needed = fixed_design(GOOD, BAD, ALPHA, BETA)
    test = sprt(GOOD, BAD, ALPHA, BETA)
    return [
        *_fixed_and_curtailed("4 of 5", 0.8, 5),
        *_fixed_and_curtailed("16 of 20", 0.8, 20),
        *_fixed_and_curtailed(".9 with 95 % confidence, 60", 0.9, 60, 0.95),
        *_fixed_and_curtailed(f"{needed} of {trials}", Fraction(needed, trials), trials),
        Gate(f"probability ratio, {GOOD:g} against {BAD:g}", test.verdict),
    ]


def _fixed_and_curtailed(name: str, rate: Rate, trials: int, confidence: float | None = None) -> list[Gate]:
    """A gate that plays all its trials, and the same stopped once its verdict cannot change."""

    def ask_last(passed: int, played: int) -> str | None:
        """The verdict of all trials."""
        return decide(passed, trials, rate, confidence) if played == trials else None

    @cache
    def ask_early(passed: int, played: int) -> str | None:
        """The verdict as soon as it stands."""
        return settled(passed, played, trials, rate, confidence)

    return [
        Gate(f"{name}, all played", cache(ask_last), lambda _: trials),
        Gate(f"{name}, curtailed", ask_early, lambda true: curtailed_mean(rate, trials, true, confidence)),
    ]


def _try_gate(gate: Gate) -> list[Sequence[str]]:
    """A gate at every true rate, with its head."""
    rows: list[Sequence[str]] = [(gate.name, "passed", "failed", "undecided", "trials", "counted")]
    for true in TRUE_RATES:
        chance, said, lengths = Random(SEED), Counter[str](), 0
        for _ in range(PLAYED):
            passed = trials = 0
            while (verdict := gate.ask(passed, trials)) is None:
                passed, trials = passed + (chance.random() < true), trials + 1
            said[verdict] += 1
            lengths += trials
        counted = f"{gate.count(true):.1f}" if gate.count else _count_sprt(true)
        shares = [f"{said[verdict] / PLAYED:.3f}" for verdict in ("passed", "failed", "undecided")]
        rows.append((f"  true rate {true:.2f}", *shares, f"{lengths / PLAYED:.1f}", counted))
    return rows


def _count_sprt(true: float) -> str:
    """The counted mean of the sequential test, where the true rate is one that it tells apart."""
    expected = enumerate_sprt(GOOD, BAD, ALPHA, BETA)
    means = {GOOD: expected.mean_if_good, BAD: expected.mean_if_bad}
    return f"{means[true]:.1f}" if true in means else ""


def _sequential_figures() -> list[Figure]:
    """What the sequential test was allowed, and what it comes to."""
    expected = enumerate_sprt(GOOD, BAD, ALPHA, BETA)
    beside = f"{GOOD:g} against {BAD:g}, counted exactly"
    return [
        Figure("probability ratio: good ones failed", expected.alpha, "{:.3f}", beside, most=ALPHA),
        Figure("probability ratio: bad ones passed", expected.beta, "{:.3f}", beside, most=BETA),
    ]


_HEAD = (
    "",
    "unit",
    "false alarms",
    "upper 95 %",
    *(f"power at -{drop:g}" for drop in DROPS),
    "-.2, in half",
    "detectable",
    "interval holds",
)


class _Design:
    """So many blocks, so often played: how often the rule is right about them."""

    def __init__(self, name: str, sizes: Sequence[tuple[int, int]]) -> None:
        """Play all pairs."""
        self.name, self.sizes, self.chance = name, sizes, Random(SEED)
        same = [self._compare(0, 1) for _ in range(PAIRS)]
        self.first = same[0]
        self.alarms = sum(each.is_worse for each in same)
        self.limit = clopper_pearson(self.alarms, PAIRS).high
        changed = {drop: [self._compare(drop, 1) for _ in range(CHANGED)] for drop in DROPS}
        self.power = [mean(each.is_worse for each in changed[drop]) for drop in DROPS]
        self.in_half = mean(self._compare(0.2, 0.5).is_worse for _ in range(CHANGED))
        held = [
            each.low <= -drop <= each.high for drop, pairs in {0.0: same, **changed}.items() for each in pairs
        ]
        self.holds = mean(held)

    def _compare(self, drop: float, share: float) -> Comparison:
        """A run against another of which a share of the blocks passes less often, so that the whole drops so far."""
        blocks = []
        for n_base, n_now in self.sizes:
            rate = self.chance.choice(BLOCK_RATES)
            now = rate - drop / share * (self.chance.random() < share)
            blocks.append(Block(self._play(rate, n_base), n_base, self._play(now, n_now), n_now))
        return regression(blocks, ALPHA, resamples=FEWER_RESAMPLES)

    def _play(self, rate: float, trials: int) -> int:
        """How many trials passed."""
        return sum(self.chance.random() < rate for _ in range(trials))

    def row(self) -> Sequence[str]:
        """Its line of the table."""
        found = (
            self.alarms / PAIRS,
            self.limit,
            *self.power,
            self.in_half,
            self.first.detectable,
            self.holds,
        )
        return self.name, self.first.unit, *(f"{each:.3f}" for each in found)

    def figure(self) -> Figure:
        """Whether it keeps to what was allowed."""
        made = f"{self.alarms} of {PAIRS:,} pairs that do not differ"
        return Figure(f"false alarms, {self.name}", self.limit, "at most {:.3f}", made, most=ALPHA + 0.01)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table: names to the left, numbers to the right."""
    wide = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())
