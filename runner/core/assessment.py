"""What `runner check` found: every block with its gate's rulings, what changed against a baseline, what is flaky; data alone.

A block is a variant of a scenario with its case: the unit that is gated. Reports, tables and the exit code are functions
of an assessment; nothing here is computed.
"""

from typing import Literal

from runner.core.finding import Span
from runner.core.value import Json, Value

TrialOutcome = Literal["passed", "failed", "broken", "unanswered", "unmeasured", "unfinished"]
"""Every check that applied passed · one failed · one broke · no reply · no check applied · the run ended before it did."""

BlockVerdict = Literal["passed", "failed", "undecided", "unanswered", "broken"]
"""Every rule holds · one does not · too few trials to say · replies are missing, and they could change it · so could checks
that broke."""

RunVerdict = Literal["passed", "failed", "undecided", "incomplete", "nothing"]
"""Every block passed and nothing regressed · a gate failed or something regressed · more trials are needed · replies are
missing or checks broke · nothing was measured."""


class Ruling(Value):
    """What one rule of a gate says of a block."""

    rule: str
    """The rule as its author wrote it, on one line: `pass_rate: 0.8`."""
    verdict: BlockVerdict
    observed: float | None = None
    """What was observed, in the rule's own unit: a share, seconds, US dollars; null where nothing was."""
    low: float | None = None
    """The lower end of the interval around it, where the rule is about a share."""
    high: float | None = None
    """The upper end."""
    level: float | None = None
    """The confidence of that interval: 0.95."""
    curtailed: bool = False
    """Whether trials were stopped once the verdict could not change: then the share has no interval."""
    more: int | None = None
    """How many further trials could decide it; null where it is decided, or where none could."""
    reason: str = ""
    """In a sentence."""


class Red(Value):
    """One thing that went wrong in a trial, with all that is needed to read it in ten seconds."""

    trial: str
    """The trial's id."""
    outcome: Literal["failed", "broken", "unanswered"]
    turn: int | None = None
    """0-based; null for the conversation as a whole."""
    path: str | None = None
    """The YAML file that the check stands in, or the turn where there is no reply."""
    line: int = 0
    """Its line there, 1-based; 0 where it is not known."""
    check: str = ""
    """The check's name, its `not-` included, or the kind of the failure."""
    name: str | None = None
    """What its author calls the check."""
    of: str | None = None
    """At the foot of a scenario: of what it speaks."""
    user: str | None = None
    """What the user said."""
    expected: str = ""
    """The check as it stands in the YAML, or `a reply`."""
    got: str | None = None
    """The reply's text."""
    spans: tuple[Span, ...] = ()
    """What of the reply was found: characters of `got`."""
    reason: str = ""
    """Why, in a sentence."""
    alike: int = 1
    """In how many trials of the block the same check went the same way."""
    of_trials: int = 1
    """How many trials of the block came to their end."""
    had: str | None = None
    """What the baseline had: a reply's text; null where there is none."""
    again: str = ""
    """The command that plays exactly this again; empty where no file says how."""


class Block(Value):
    """One variant of a scenario with its case, and what was measured of it."""

    id: str
    """The variant's id: `refund-policy[case=kettle,temperature=0.7]`."""
    scenario: str
    path: str = ""
    """The scenario's file."""
    line: int = 0
    """Where the scenario begins in it, 1-based."""
    case: str | None = None
    variant: dict[str, Json] = {}
    tags: tuple[str, ...] = ()
    trials: dict[str, TrialOutcome] = {}
    """Each trial's id with what came of it, in order."""
    seconds: float | None = None
    """The sum of the latencies of its turns; null where one is not known."""
    cost_usd: float | None = None
    """US dollars, of turns and judges; null where a part is not known."""
    verdict: BlockVerdict
    rulings: tuple[Ruling, ...] = ()
    """One for each rule of its gate; none where it is not gated."""
    gated: bool = True
    """Whether its gate speaks of it: `only` may leave it out."""
    notes: tuple[str, ...] = ()
    """What its gate asks and could not be measured, in words."""
    reds: tuple[Red, ...] = ()
    """What went wrong, the first of each kind; the transcripts have them all."""

    def count(self, outcome: TrialOutcome) -> int:
        """How many trials came out so."""
        return sum(each == outcome for each in self.trials.values())


class Flaky(Value):
    """Trials of one block that disagree though nothing differs between them but chance."""

    block: str
    passed: int
    trials: int
    """Of those that passed or failed."""
    checks: dict[str, int] = {}
    """Each check that some trials failed, by its name and turn, with how many did."""


Change = Literal["newly failing", "newly passing", "still failing", "changed", "unchanged"]
"""What became of a block against its baseline; `changed`: other replies, the same verdicts."""


class Pair(Value):
    """One block beside its baseline."""

    block: str
    base: str
    """The block of the baseline: the same id, but for the axis that is held against another value of itself."""
    change: Change
    passed: int
    trials: int
    base_passed: int
    base_trials: int
    p: float | None = None
    """The chance of such a drop, or a larger one, if nothing had changed; null where there is nothing to test."""
    p_adjusted: float | None = None
    """The same after Benjamini-Hochberg, or after Holm where blocks gate."""


class Comparison(Value):
    """A run beside its baseline, or one value of an axis beside another."""

    title: str
    """What is compared, in a few words: `against baselines/refund-policy.json`, `system=v2 against system=v1`."""
    verdict: Literal["passed", "failed", "undecided"]
    """No regression was found · one was · nothing could be paired."""
    rule: Literal["replayed", "test"]
    """Any newly failing trial is a regression · the one-sided test decides."""
    unit: Literal["block", "repeat"] = "repeat"
    """What counts as one observation: a block reaches beyond these scenarios, a repeat does not."""
    alpha: float = 0.05
    difference: float | None = None
    """Pass rate now less that of the baseline, averaged over blocks."""
    low: float | None = None
    high: float | None = None
    level: float | None = None
    """The confidence of that interval: 0.95."""
    p: float | None = None
    detectable: float | None = None
    """The smallest drop that the design could have seen."""
    pairs: tuple[Pair, ...] = ()
    unpaired: tuple[str, ...] = ()
    """Why blocks have no partner, a sentence each: `unpaired: axis x is new`."""
    reason: str = ""
    """The verdict in a sentence."""


class Tally(Value):
    """Trials by what came of them."""

    trials: int = 0
    passed: int = 0
    failed: int = 0
    broken: int = 0
    unanswered: int = 0
    unmeasured: int = 0
    unfinished: int = 0
    needs_recording: int = 0
    """Of the unanswered ones, those that are not recorded."""


class Assessment(Value):
    """All that `runner check` found."""

    run: str
    """The run's name."""
    verdict: RunVerdict
    exit_code: int
    sentence: str
    """The verdict in a sentence."""
    tally: Tally = Tally()
    blocks: tuple[Block, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    flaky: tuple[Flaky, ...] = ()
    started_at: str | None = None
    """When the run began, in UTC: `2026-11-22T15:40:12.113Z`; null where that is not known."""
    seconds: float | None = None
    """How long the run took."""
    cost_usd: float | None = None
    saved: int | None = None
    """How many trials stopping early has saved; null where nobody asked for it."""
    subset: str | None = None
    """What of the scenarios was left out, in words; null where nothing was."""
    command: str = ""
    """What was typed."""
