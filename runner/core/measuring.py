"""What is measured of a block, taken from its transcripts one by one: outcomes, times, money, replies; it gates nothing.

Law: memory follows blocks, trials and distinct replies, never the length of what was said.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from runner.core.assessment import TrialOutcome
from runner.core.finding import Verdict
from runner.core.gates.outcome import outcome_of
from runner.core.message import MISSING
from runner.core.spoken import text_of
from runner.core.transcript import PlayedTurn, Transcript
from runner.core.trial import Script
from runner.core.value import Json, canonical

LONGEST_SAMPLE: Final = 2_000
"""Characters of a reply that are kept as a sample."""


@dataclass(slots=True)
class Replies:
    """The replies to one turn."""

    digests: Counter[str] = field(default_factory=Counter)
    """How often each was said."""
    characters: list[int] = field(default_factory=list)
    sample: str = ""
    """The first of them that no check found fault with, else the first; bounded."""
    is_good: bool = False
    """Whether no check found fault with the sample."""

    def add(self, text: str, *, is_good: bool) -> None:
        """Take in one more."""
        if not self.characters or (is_good and not self.is_good):
            self.sample, self.is_good = text[:LONGEST_SAMPLE], is_good
        self.digests[digest_of(text)] += 1
        self.characters.append(len(text))


@dataclass(slots=True)
class Measured:
    """One block."""

    id: str
    scenario: str
    path: str
    case: str | None
    variant: dict[str, Json]
    tags: tuple[str, ...]
    trials: dict[str, TrialOutcome] = field(default_factory=dict)
    """By id, in the order of the plan."""
    failing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of the trials that failed: the checks that did, by their keys."""
    checks: dict[str, Counter[str]] = field(default_factory=dict)
    """By key: how often each outcome came."""
    latencies: list[float | None] = field(default_factory=list)
    """Seconds of each reply; None where one is not known."""
    ttfts: list[float | None] = field(default_factory=list)
    costs: list[float | None] = field(default_factory=list)
    """US dollars of each trial that ended and was asked, not replayed."""
    seconds: float = 0.0
    seconds_known: bool = True
    replies: dict[int, Replies] = field(default_factory=dict)
    """By turn."""
    models: set[str] = field(default_factory=set)
    """Those that answered, as they name themselves."""
    tokens: list[int | None] = field(default_factory=list)
    """Tokens sent and received, of each trial that ended."""
    heard: int = 0
    """Replies."""
    replayed: int = 0
    """Of the replies, those that came from a recording."""
    unrecorded: int = 0
    """Trials of which a question has no recording."""
    is_cold: bool = True
    """Whether every turn was asked at temperature 0."""

    @classmethod
    def begin(cls, transcript: Transcript) -> "Measured":
        """The block of a transcript, before anything of it is measured."""
        return cls(
            id=transcript.id.rpartition("#")[0],
            scenario=transcript.scenario,
            path=transcript.path,
            case=transcript.case,
            variant=transcript.variant,
            tags=transcript.tags,
        )

    @property
    def is_replayed(self) -> bool:
        """Whether all of it came from recordings."""
        return self.heard > 0 and self.replayed == self.heard

    @property
    def passed(self) -> int:
        """How many trials passed."""
        return sum(outcome == "passed" for outcome in self.trials.values())

    @property
    def measured(self) -> int:
        """How many trials passed or failed."""
        return sum(outcome in {"passed", "failed"} for outcome in self.trials.values())

    def add(self, transcript: Transcript) -> None:
        """Take in one trial."""
        outcome = outcome_of(transcript)
        self.trials[transcript.id] = outcome
        found = list(keyed(transcript))
        for key, verdict in found:
            self.checks.setdefault(key, Counter())[verdict.outcome] += 1
        if outcome == "failed":
            self.failing[transcript.id] = tuple(key for key, verdict in found if verdict.outcome == "failed")
        self.unrecorded += outcome == "unanswered" and (transcript.error or {}).get("kind") == MISSING
        for turn in transcript.turns:
            self._add_turn(turn, transcript)
        exchanges = [exchange for turn in transcript.turns for exchange in turn.exchanges]
        if transcript.status == "finished":
            if not any(exchange.replayed for exchange in exchanges):
                self.costs.append(transcript.cost_usd)
            usage = transcript.usage
            known = usage.prompt_tokens is not None and usage.completion_tokens is not None
            self.tokens.append((usage.prompt_tokens or 0) + (usage.completion_tokens or 0) if known else None)

    def _add_turn(self, turn: PlayedTurn, transcript: Transcript) -> None:
        """Take in the exchanges of a turn."""
        if turn.exchanges:
            self.is_cold = self.is_cold and turn.params.get("temperature") == 0
        for exchange in turn.exchanges:
            if exchange.message is None:
                continue
            self.heard += 1
            self.replayed += exchange.replayed
            if not exchange.replayed:  # how long it took is not known of what was not asked
                self.latencies.append(exchange.latency_s)
                self.ttfts.append(exchange.ttft_s)
            self.seconds += exchange.latency_s or 0.0
            self.seconds_known = self.seconds_known and exchange.latency_s is not None
            if exchange.served_model:
                self.models.add(exchange.served_model)
            said = text_of(transcript.messages[exchange.message])
            faults = any(verdict.outcome in {"failed", "broken"} for verdict in turn.verdicts)
            self.replies.setdefault(turn.turn, Replies()).add(said, is_good=not faults)


def measure(transcripts: Iterable[Transcript]) -> dict[str, Measured]:
    """What is measured of each block, by its id, in the order in which they come."""
    found: dict[str, Measured] = {}
    for transcript in transcripts:
        block = transcript.id.rpartition("#")[0]
        if block not in found:
            found[block] = Measured.begin(transcript)
        found[block].add(transcript)
    return found


def keyed(transcript: Transcript) -> Iterator[tuple[str, Verdict]]:
    """Every verdict with the key of its check, which stays as it is when lines move: `turn 2: contains`."""
    seen: Counter[str] = Counter()
    groups = [(turn.id or f"turn {turn.turn + 1}", turn.verdicts) for turn in transcript.turns]
    for place, verdicts in (*groups, ("", transcript.verdicts)):
        for verdict in verdicts:
            key = f"{place}: {verdict.title}" if place else verdict.title
            seen[key] += 1
            yield (key if seen[key] == 1 else f"{key} ({seen[key]})"), verdict


def asked_of(script: Script) -> dict[str, str]:
    """Every check of a script by its key, as its verdicts have it, with a digest of what it asks."""
    seen: Counter[str] = Counter()
    asked: dict[str, str] = {}
    groups = [(line.id or f"turn {turn + 1}", line.checks) for turn, line in enumerate(script.turns)]
    for place, posed in (*groups, ("", script.checks)):
        for each in posed:
            key = f"{place}: {each.title}" if place else each.title
            seen[key] += 1
            backing = [] if each.backing is None else [each.backing]
            told = canonical([each.check, each.spec, each.asks, *backing]).decode()
            asked[key if seen[key] == 1 else f"{key} ({seen[key]})"] = digest_of(told)
    return asked


def digest_of(text: str) -> str:
    """A short digest of a reply: equal for equal texts."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
