"""What a comparison found, cell by cell and against the base; data alone: tables, pages, plots and files are functions of it.

A cell is one value of the axis that is compared, over all items. An item is what every value is tried on: a scenario with
its case and the values of its other axes. The twin is the base once more (A/A): whatever differs there is chance.
All rates and shares go from 0 to 1; a number that is not known is null, never a guess.
"""

from typing import Literal

from runner.core.value import Json, Value

CellRole = Literal["base", "twin", "treatment"]
"""What the others are held against · the same once more, the noise floor · another value."""

CellStatus = Literal["played", "unsupported", "unanswered", "unplayed"]
"""Replies came · the model refuses the value · no reply came at all · it was not reached."""


class Estimate(Value):
    """A number with what it stands on."""

    value: float | None = None
    low: float | None = None
    """The lower end of its interval; null where it has none."""
    high: float | None = None
    n: int = 0
    """On how many observations it stands: trials, replies, pairs of replies or turns, as its field says."""


class TurnNumbers(Value):
    """One turn of the scenarios, over the items of a cell."""

    turn: int
    """0-based."""
    replies: int = 0
    pass_rate: Estimate | None = None
    """Of the trials of which a check of this turn applied, the share in which all of those passed; null without checks."""
    same_replies: Estimate = Estimate()
    """The share of pairs of repeats whose replies are equal word for word; n is the number of pairs."""
    same_verdicts: Estimate | None = None
    """Of the items the share whose repeats all have the same answers of this turn's checks; n items; null without checks."""
    with_base: Estimate = Estimate()
    """The share of pairs of a reply of this cell with one of the base that are equal; n is the number of pairs."""
    words: Estimate = Estimate()
    """The median number of words of a reply; n replies."""


class Contrast(Value):
    """A cell held against the base by its pass rate."""

    difference: float
    """The mean over items of the pass rate of the cell, less that of the base: below 0 where it is worse."""
    low: float
    high: float
    p: float
    """Two-sided."""
    p_adjusted: float
    """The same after Holm over all treatments; the twin's is its own p."""
    unit: Literal["item", "repeat"]
    """What was drawn: with `item` the items stand for others like them, with `repeat` it is of these items alone."""
    items: int
    trials: int
    """Trials of the cell that it stands on."""
    base_trials: int
    rate: float = 0.0
    """Of the cell, mean over the items that both have: the others are left out on both sides."""
    base_rate: float = 0.0
    detectable: float | None
    """The smallest difference that so many trials show four times of five as one of all values that are tried: about, and at
    best. Null where not even the largest would be shown."""
    verdict: Literal["differs", "equivalent", "undecided"]
    """It differs (p_adjusted at or below alpha) · the interval lies inside the margin · neither was shown."""
    words: str = ""
    """The verdict in a sentence."""


class Paired(Value):
    """The typical difference of a quantity from the base, item by item (Hodges-Lehmann), with its interval (signed ranks)."""

    value: float
    low: float | None = None
    """Null where there are fewer than six items."""
    high: float | None = None
    items: int = 0
    p_adjusted: float | None = None
    """Two-sided: signed ranks over six items or more, else labels dealt anew among the trials of each item; after Holm over
    all treatments, the twin's is its own p. Null where it was not tested."""


class Agreement(Value):
    """How far the repeats of a cell agree with each other, and with the base."""

    same_replies: Estimate = Estimate()
    """TARr@N: of the turns (item by turn) the share whose replies are all equal word for word; n turns."""
    same_verdicts: Estimate | None = None
    """TARa@N: the same of the answers of their checks; null without checks."""
    pairs: Estimate = Estimate()
    """The share of pairs of repeats of one turn whose replies are equal, mean over turns; n pairs. Unlike TARr it does not fall
    with the number of repeats."""
    with_base: Estimate = Estimate()
    """The share of pairs of a reply of this cell with one of the base (for the base: its twin) that are equal, mean over
    turns; n pairs."""
    diverges_at: float | None = None
    """The first turn, 1-based, at which the repeats of an item differ: the median over the items whose repeats do."""
    never: Estimate = Estimate()
    """The share of items whose repeats never differ; n items."""


class Stability(Value):
    """What repeats do to the score of a trial (the share of its checks that passed), mean over items; null without checks."""

    mean: float
    a90: float
    """The 90th percentile over repeats: what the best of ten come to."""
    a10: float
    """The 10th."""
    unreliability: float
    """a90 less a10."""
    n: int
    """Trials."""


class Diversity(Value):
    """How different the replies of the repeats of a turn are, mean over turns (item by turn)."""

    unique: Estimate = Estimate()
    """Distinct replies as a share of all; n replies."""
    distinct_1: Estimate = Estimate()
    """Distinct words as a share of all words said in the repeats of a turn; n words."""
    distinct_2: Estimate = Estimate()
    """The same of pairs of neighbouring words; n pairs of words."""
    similarity: Estimate = Estimate()
    """Mean pairwise similarity of replies, normalized Indel ratio (rapidfuzz), 0 to 1; n pairs."""


class Cell(Value):
    """One value of the axis, over all items."""

    label: str
    """The value as ids spell it: `0.7`; the twin's is that of the base."""
    value: Json = None
    role: CellRole
    status: CellStatus
    reason: str = ""
    """Why there are no replies, in a sentence; empty where there are."""
    trials: int
    """Planned."""
    finished: int = 0
    unanswered: int = 0
    is_gappy: bool = False
    """Whether its trials stay unanswered more often than those that it is held against, and not by chance."""
    broken: int = 0
    measured: int = 0
    """Trials that passed or failed."""
    passed: int = 0
    pass_rate: Estimate | None = None
    """Mean over items; n measured trials; null where no check applied. The interval is over items where there are six or
    more, else of these items alone."""
    agreement: Agreement = Agreement()
    stability: Stability | None = None
    diversity: Diversity = Diversity()
    words: Estimate = Estimate()
    """Words of a reply, the median; n replies."""
    characters: Estimate = Estimate()
    finish_reasons: dict[str, int] = {}
    """How often each came; `unknown` where the server did not say."""
    refusals: Estimate = Estimate()
    """The share of replies with the API's `refusal` field; n replies."""
    prompt_tokens: Estimate = Estimate()
    """Of a trial, the median; n trials."""
    completion_tokens: Estimate = Estimate()
    cost_usd: float | None = None
    """US dollars, all trials together; null where a part is not known."""
    cost_each: Estimate = Estimate()
    """US dollars of a trial, the median."""
    latency_s: Estimate = Estimate()
    """Seconds of a reply, the median with bootstrap interval over items; n replies that were asked, not replayed."""
    turns: tuple[TurnNumbers, ...] = ()
    answered: Contrast | None = None
    """Against the base by the share of trials that were answered, not by what passed: where it differs, all else that is known
    of the cell is of the trials that were. Null for the base, and where every trial of both was answered."""
    contrast: Contrast | None = None
    """Against the base by pass rate; null for the base, and where nothing was measured on one of the sides."""
    shifts: dict[str, Paired] = {}
    """Against the base, quantity by quantity: `words`, `completion_tokens`, `cost_usd`, `latency_s`, `similarity`,
    `same_replies` (the share of pairs of repeats that are equal)."""


class Place(Value):
    """One cell on one item, or on one scenario."""

    label: str
    role: CellRole
    trials: int = 0
    unanswered: int = 0
    """Without a reply, though the model does not refuse the value."""
    measured: int = 0
    passed: int = 0
    pass_rate: Estimate | None = None
    """With an interval; n measured trials."""
    pairs: Estimate = Estimate()
    """The share of pairs of repeats whose replies are equal word for word, mean over turns; n pairs."""
    similarity: Estimate = Estimate()
    difference: float | None = None
    """Pass rate less that of the base."""
    low: float | None = None
    high: float | None = None
    p_adjusted: float | None = None
    """Two-sided, Benjamini-Hochberg over scenarios and treatments: it explores, and decides nothing."""


class Row(Value):
    """A scenario, or an item of it, with every cell on it."""

    id: str
    """The scenario's name, or the item's: `refund-policy[case=kettle,system=v2]`."""
    scenario: str
    case: str | None = None
    variant: dict[str, Json] = {}
    """The other axes' values."""
    places: tuple[Place, ...] = ()


class Compared(Value):
    """All that a comparison found."""

    schema_: str = "runner.comparison/1"
    by: str
    """The axis that is compared; `run` where runs are."""
    base: str
    """The label of the base."""
    runs: tuple[str, ...] = ()
    """The names of the runs."""
    items: int = 0
    repeats: int = 0
    """Trials of an item in one cell, as planned; the most, where they differ."""
    seed: int | None = None
    """What the order was drawn from; null where the trials were not mixed."""
    level: float = 0.95
    alpha: float = 0.05
    margin: float | None = None
    detectable: float | None = None
    """The smallest difference of pass rates that it shows four times of five, about, whichever value has it; null where no
    value could be held against the base."""
    cells: tuple[Cell, ...] = ()
    """The base first, its twin second where there is one, then the others in the order in which they were written."""
    by_scenario: tuple[Row, ...] = ()
    by_item: tuple[Row, ...] = ()
    sentences: tuple[str, ...] = ()
    """What was found and what could not be found, in words."""
    notes: tuple[str, ...] = ()
    """What the reader has to know of the numbers: trials that are missing, items left out, trials that were not mixed."""
    status: Literal["finished", "stopped", "incomplete", "nothing"] = "finished"
    cost_usd: float | None = None
    seconds: float | None = None
    command: str = ""
