"""A run in figures, for the top of a page: a row for each variant with its case, shaded by the share that passed; no script."""

from collections import Counter
from typing import Final

from runner.core.assessment import Assessment
from runner.core.gates.outcome import outcome_of
from runner.core.measuring import Measured
from runner.core.statistics.rates import percentile, wilson
from runner.core.transcript import Transcript
from runner.core.value import Json
from runner.core.wording import percent
from runner.reports.markup import apart, element, shown
from runner.reports.page.links import conversations_at
from runner.reports.page.verdict import block_verdict
from runner.reports.wording import money

HEATS: Final = 10
MOST_ROWS: Final = 100
"""A longer table is folded away."""
ORDER: Final = ("passed", "failed", "broken", "unanswered", "unfinished", "unmeasured")
WORDS: Final = {"unmeasured": "without checks", "unfinished": "not played to their end"}
_TITLES: Final = (
    "conversations",
    "passed",
    "95 % interval",
    "did not pass",
    "median time",
    "tokens out",
    "cost",
)


class Overview:
    """What a page's overview is made from, transcript by transcript; it keeps counts, never texts."""

    def __init__(self, assessment: Assessment | None = None) -> None:
        """Begin with nothing but what a check found, where there was one."""
        self._gated = {block.id: block for block in assessment.blocks} if assessment else {}
        self._blocks: dict[str, Measured] = {}
        self._tokens: dict[str, list[int | None]] = {}
        self._places: dict[str, tuple[str, str | None, dict[str, Json]]] = {}
        self._models: dict[str, None] = {}
        self._outcomes: Counter[str] = Counter()

    def add(self, transcript: Transcript) -> None:
        """Take in one conversation."""
        block = transcript.id.rpartition("#")[0]
        if block not in self._blocks:
            self._blocks[block] = Measured.begin(transcript)
            self._places[block] = (transcript.scenario, transcript.case, transcript.variant)
        self._blocks[block].add(transcript)
        self._tokens.setdefault(block, []).append(transcript.usage.completion_tokens)
        self._models[f"{transcript.provider} ({transcript.model})"] = None
        self._outcomes[outcome_of(transcript)] += 1

    def section(self) -> str:
        """The section; everything foreign in it is escaped."""
        parts = [element("h2", "Overview"), element("p", self._figures(), class_="figures")]
        parts.append(element("p", apart(f"played on {', '.join(self._models)}"), class_="aside"))
        titles = ("", *(["gate"] if self._gated else []), *_TITLES)
        head = "".join(element("th", shown(title), scope="col") for title in titles)
        body = "".join(self._row(name, block) for name, block in self._blocks.items())
        table = element("table", element("thead", element("tr", head)) + element("tbody", body))
        wide = element("div", table, class_="wide", tabindex="0", role="region", aria_label="variants")
        if len(self._blocks) > MOST_ROWS:
            told = element("summary", shown(f"{len(self._blocks):,} variants with their cases"))
            wide = element("details", told + wide)
        parts.append(wide)
        return element("section", "".join(parts), id="overview")

    def _figures(self) -> str:
        """How the conversations came out, each a link to those."""
        told = []
        for outcome in ORDER:
            if number := self._outcomes[outcome]:
                text = f"{number:,} {WORDS.get(outcome, outcome)}"
                told.append(element("a", shown(text), href=f"#outcome={outcome}", class_=f"badge {outcome}"))
        return " ".join(told)

    def _row(self, name: str, block: Measured) -> str:
        """One variant with its case."""
        outcomes = Counter(block.trials.values())
        others = ", ".join(
            f"{outcomes[each]:,} {WORDS.get(each, each)}" for each in ORDER[1:] if outcomes[each]
        )
        flaky = element("em", " flaky") if 0 < block.passed < block.measured else ""
        latencies = [each for each in block.latencies if each is not None]
        tokens = [each for each in self._tokens[name] if each is not None]
        costs = [each for each in block.costs if each is not None]
        cells = (
            *([element("td", self._gate(name))] if self._gated else []),
            _number(f"{len(block.trials):,}"),
            self._rate(block),
            _number(_interval(block)),
            element("td", shown(others) + flaky),
            _number(f"{percentile(latencies, 0.5):.2f} s" if latencies else ""),
            _number(f"{percentile(tokens, 0.5):,.0f}" if tokens else ""),
            _number(money(sum(costs)) if costs and len(costs) == len(block.costs) and sum(costs) else ""),
        )
        place = element("a", apart(name), href=conversations_at(*self._places[name]))
        return element("tr", element("th", place, scope="row") + "".join(cells))

    def _gate(self, name: str) -> str:
        """What a check found of it; empty where it did not look at it."""
        block = self._gated.get(name)
        return "" if block is None else block_verdict(block)

    def _rate(self, block: Measured) -> str:
        """How many passed of how many, shaded."""
        if not block.measured:
            return element("td", "", class_="h-none")
        share = block.passed / block.measured
        told = f"{block.passed:,} of {block.measured:,} ({percent(share)} %)"
        return element("td", shown(told), class_=f"number h{round(HEATS * share)}")


def _interval(block: Measured) -> str:
    """The interval of the share that passed (Wilson)."""
    if not block.measured:
        return ""
    ends = wilson(block.passed, block.measured)
    return f"{percent(ends.low)} to {percent(ends.high)} %"


def _number(text: str) -> str:
    """A cell with a number."""
    return element("td", shown(text.strip()), class_="number")
