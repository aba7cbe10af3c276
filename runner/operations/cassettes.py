"""What recordings hold beside what scenarios ask: what is missing and what it would cost, what is used and what is not.

Nothing is played for it, and nothing sent; only pruning changes a file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from runner.core.asking import turn_request
from runner.core.conversation import Conversation
from runner.core.event import Answered
from runner.core.message import Answer, Failure, Reply, Request, Usage
from runner.core.recordings.recording import Spot, tokens_of
from runner.core.trial import Trial
from runner.operations.stage import Stage
from runner.settings import Settings
from runner.store.cassettes import Cassette, cassettes_in, load_cassette, remove_cassettes
from runner.store.shelf import Shelf
from runner.transports.priced import cost_of
from runner.transports.recalled import Recollection

BYTES_PER_TOKEN: Final = 4
REPLY_TOKENS: Final = 200
"""How long a reply is taken to be where none is recorded."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What would have to be asked so that all of a stage is recorded."""

    scenarios: int
    trials: int
    requests: int
    """Each question once, however many conversations ask it."""
    cost_usd: float | None
    """About how much that costs; None where a price is not known."""
    reasons: Mapping[str, str]
    """By scenario: how the first question that is missing differs from what is recorded."""


@dataclass(slots=True)
class Survey:
    """What of some recordings is used by some trials, and what they lack."""

    used: dict[str, set[Spot]] = field(default_factory=dict)
    """By scenario."""
    missing: dict[str, set[Spot]] = field(default_factory=dict)
    """By scenario: the questions that are not recorded; those after them as far as the script says them."""
    trials: int = 0
    """How many trials lack something."""
    reasons: dict[str, str] = field(default_factory=dict)
    sizes: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """By provider and model: how many bytes each missing question sends."""


def survey(trials: Iterable[Trial], shelf: Shelf, recalled: Recollection | None = None) -> Survey:
    """What trials find among recordings, and what not; nothing is sent. Turns that are recalled need no recording."""
    found = Survey()
    for trial in trials:
        _walk(trial, shelf, found, recalled)
    return found


def _walk(trial: Trial, shelf: Shelf, found: Survey, recalled: Recollection | None) -> None:
    """Play a trial as far as it is recorded; then take it for granted that something is answered."""
    scenario = trial.script.scenario
    used = found.used.setdefault(scenario, set())
    lacking = False
    conversation, _ = Conversation.begin(trial).conclude()
    while step := conversation.next():
        for request in step.requests:
            answer = None if recalled is None else recalled.answer_to(request)
            is_recalled, answer = answer is not None, answer or shelf.find(request)
            if answer is None:
                lacking = True
                _miss(request, shelf, found)
                answer = Answer(failure=Failure(kind="not_recorded", message=""))
                if request.purpose == "turn":
                    _take_for_granted(trial, conversation.turn, request, found)
            elif not is_recalled:
                used.add((request.key, request.draw))
            answered = Answered(
                trial=trial.id,
                slot=request.slot,
                purpose=request.purpose,
                key=request.key,
                draw=request.draw,
                answer=answer,
            )
            conversation = conversation.after(answered)
        conversation, _ = conversation.conclude()
    found.trials += lacking


def _miss(request: Request, shelf: Shelf, found: Survey) -> None:
    """Note a question that is not recorded, once."""
    if request.scenario not in found.reasons:
        found.reasons[request.scenario] = shelf.tell_missing(request)
    _count(request, found)


def _count(request: Request, found: Survey) -> None:
    """Count a question, unless it was counted."""
    missing = found.missing.setdefault(request.scenario, set())
    if (request.key, request.draw) not in missing:
        missing.add((request.key, request.draw))
        found.sizes.setdefault((request.provider, request.model), []).append(len(request.chain.body))


def _take_for_granted(trial: Trial, turn: int, request: Request, found: Survey) -> None:
    """Count the turns after one that is not recorded, as if it had been answered by words of its own."""
    chain = request.chain
    for index in range(turn + 1, len(trial.script.turns)):
        line = trial.script.turns[index]
        if index == turn + 1 or trial.script.turns[index - 1].role == "user":
            words = f"{request.key}#{request.draw}".ljust(REPLY_TOKENS * BYTES_PER_TOKEN)
            chain = chain.add(Reply(message={"role": "assistant", "content": words}).said)
        chain = chain.add(line.message)
        if line.role == "user":
            request = turn_request(trial, index, chain, request.draw)
            _count(request, found)


def needs_of(found: Survey, shelf: Shelf, settings: Settings) -> Needs | None:
    """What a survey comes to; None where nothing is missing."""
    missing = {scenario: spots for scenario, spots in found.missing.items() if spots}
    if not missing:
        return None
    return Needs(
        scenarios=len(missing),
        trials=found.trials,
        requests=sum(map(len, missing.values())),
        cost_usd=_cost(found, shelf, settings),
        reasons=found.reasons,
    )


def needs_of_stage(stage: Stage) -> Needs | None:
    """What of a stage is missing in the recordings that it asks for; raises ProblemsError where one is damaged."""
    shown = str(stage.asked.cassettes)
    shelf = Shelf(stage.folder / shown, [scenario.name for scenario in stage.scenarios], shown=shown)
    return needs_of(survey(stage.trials, shelf), shelf, stage.settings)


def _cost(found: Survey, shelf: Shelf, settings: Settings) -> float | None:
    """About what the missing questions cost, from the length of the replies that are recorded."""
    recorded = [pair for cassette in shelf.cassettes.values() for pair in tokens_of(cassette.entries())]
    reply = sum(tokens for _, tokens in recorded) / len(recorded) if recorded else REPLY_TOKENS
    total = 0.0
    for (provider, model), sizes in found.sizes.items():
        usage = Usage(
            prompt_tokens=sum(sizes) // BYTES_PER_TOKEN // len(sizes), completion_tokens=round(reply)
        )
        # Of one, and then of all: prices may rise with a request's size.
        cost = cost_of(settings.named(provider), usage, model)
        if cost is None:
            return None
        total += cost * len(sizes)
    return total


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one cassette holds."""

    scenario: str
    path: Path
    exchanges: int
    models: tuple[str, ...]
    """Those that answered, as they name themselves."""
    first: str | None
    """When the oldest of its exchanges was recorded, UTC, ISO 8601; None where that is not known."""
    last: str | None
    """When the newest one was recorded."""
    unused: int
    """Exchanges that the scenario no longer asks for."""
    missing: int
    """Requests that would have to be sent so that all of the scenario is recorded."""
    is_left: bool
    """Whether its scenario is not among those that it was held against."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the recordings of a folder hold, held against scenarios where there are any."""

    cassettes: tuple[Recorded, ...]
    needs: Needs | None
    is_compared: bool

    @property
    def exchanges(self) -> int:
        """How many exchanges are recorded."""
        return sum(each.exchanges for each in self.cassettes)

    @property
    def unused(self) -> int:
        """How many of them no scenario asks for."""
        return sum(each.unused for each in self.cassettes)


def status_of(folder: Path, shown: str, stage: Stage | None) -> Status:
    """What the recordings of a folder hold; raises ProblemsError where one of them is damaged."""
    names = [] if stage is None else [scenario.name for scenario in stage.scenarios]
    shelf = Shelf(folder, names, shown=shown)
    found = Survey() if stage is None else survey(stage.trials, shelf)
    recorded = [_describe(cassette, found, is_left=False) for cassette in shelf.cassettes.values()]
    left = _left(folder, shown, shelf)
    recorded += [_describe(cassette, found, is_left=stage is not None) for cassette in left]
    needs = None if stage is None else needs_of(found, shelf, stage.settings)
    return Status(tuple(recorded), needs, is_compared=stage is not None)


def _left(folder: Path, shown: str, shelf: Shelf) -> Iterator[Cassette]:
    """The cassettes of a folder that belong to none of a shelf's scenarios."""
    there = {cassette.path for cassette in shelf.cassettes.values()}
    for path in cassettes_in(folder):
        if path not in there:
            yield load_cassette(path, f"{shown}/{path.name}")


def _describe(cassette: Cassette, found: Survey, *, is_left: bool) -> Recorded:
    """What a cassette holds."""
    replies = (entry.get("reply") or {} for entry in cassette.entries())
    models = {str(reply["served_model"]) for reply in replies if reply.get("served_model")}
    times = sorted(each.recorded_at for each in cassette.times.values() if each.recorded_at)
    used = found.used.get(cassette.scenario)
    unused = len(cassette.lines) if is_left else 0 if used is None else len(cassette.lines.keys() - used)
    return Recorded(
        scenario=cassette.scenario,
        path=cassette.path,
        exchanges=len(cassette.lines),
        models=tuple(sorted(models)),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        unused=unused,
        missing=len(found.missing.get(cassette.scenario, ())),
        is_left=is_left,
    )


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was taken out of one cassette, or would be."""

    scenario: str
    path: Path
    exchanges: int
    kept: int
    """How many are left; the file goes where none is."""
    is_left: bool
    """Whether its scenario is not there any more."""


def prune(folder: Path, shown: str, stage: Stage, *, also_left: bool, dry: bool) -> list[Dropped]:
    """Take out what the scenarios no longer ask for; with `also_left`, the cassettes of other scenarios as well."""
    shelf = Shelf(folder, [scenario.name for scenario in stage.scenarios], shown=shown, writes=not dry)
    found = survey(stage.trials, shelf)
    unused = {
        name: cassette.lines.keys() - found.used.get(name, set())
        for name, cassette in shelf.cassettes.items()
    }
    dropped = [
        Dropped(
            name, cassette.path, len(unused[name]), len(cassette.lines) - len(unused[name]), is_left=False
        )
        for name, cassette in shelf.cassettes.items()
        if unused[name]
    ]
    left = list(_left(folder, shown, shelf)) if also_left else []
    dropped += [Dropped(each.scenario, each.path, len(each.lines), 0, is_left=True) for each in left]
    if not dry:
        shelf.close(unused)
        remove_cassettes(folder, [each.path for each in left])
    return dropped
