"""From what a person asked for to what will be played: everything that can be wrong is found here, before anything is sent."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from runner.core.change import Changes, change, parsed
from runner.core.check import Judge
from runner.core.comparison.design import Design, Expected
from runner.core.comparison.mixing import Mixed
from runner.core.matrix import Variants, each_point_once, expand
from runner.core.places import spelled
from runner.core.scenario import Scenario, Setup
from runner.core.selection import Selection, select_variants
from runner.core.trial import Script, trial_id
from runner.core.trials import Part, Trials
from runner.core.value import Value
from runner.core.wording import unknown
from runner.errors import NothingToPlayError, Problem, ProblemsError, ProviderError, UsageError
from runner.formats.native import load
from runner.operations.designing import lay_out
from runner.operations.fitting import blamed, unreadable
from runner.operations.judging import asked_by_checks, judges_of
from runner.operations.surroundings import Bench
from runner.plugins import admit_checks
from runner.settings import Settings, read_environment
from runner.transports.cassette import Mode
from runner.transports.recalled import Recollection

admit_checks()


class Asked(Value):
    """What a person asked to play; `run.json` keeps it, so that a run can go on."""

    paths: tuple[str, ...]
    """Scenario files and folders of them, as they were typed."""
    changes: Changes = Changes()
    selection: Selection = Selection()
    stream: bool = False
    """Whether replies are streamed."""
    in_flight: int | None = None
    """At most so many requests at once, at each provider; its settings decide where this is None."""
    reproduce: bool = False
    """Whether one request is sent after the other, in the order of the plan."""
    max_cost: float | None = None
    """US dollars that the run may cost, all its parts together; None where that is not limited."""
    max_tokens_total: int | None = None
    """Tokens that the run may take, sent and received, all its parts together; None where that is not limited."""
    cassettes: str | None = None
    """The folder of recordings, as it was typed; None where nothing is recorded or replayed."""
    mode: Mode = "replay"
    """What is done with the recordings."""
    until_decided: int | None = None
    """How many trials of a variant are played at most, and no more than its gate's verdict needs; None where all are."""
    design: Design | None = None
    """The comparison that is played; None where none is."""


@dataclass(frozen=True)
class Stage:
    """All that a run is made from, checked."""

    asked: Asked
    folder: Path
    """The working folder that paths are relative to."""
    settings: Settings
    environment: Mapping[str, str]
    scenarios: tuple[Scenario, ...]
    """The chosen ones, changed as asked."""
    trials: Trials | Part | Mixed
    providers: tuple[tuple[str, str], ...]
    """Each provider with a model that is played on, in the order in which they come."""
    requests: int
    """How many turns will be asked, if every conversation is played to its end."""
    questions: int
    """How many questions checks will ask of judges, on top."""
    judges: tuple[tuple[str, str], ...]
    """Each provider with a model that checks ask."""
    left_out: int
    """How many trials of the given files the selection leaves out."""
    repeats: Mapping[str, int]
    """How often each scenario's variants are played where nothing ends that early, by its name."""

    recalled: Recollection | None = None
    """What turns are answered with where an earlier run is judged: then checks alone ask anything."""
    plan: str | None = None
    """Of a part: the digest of all that the whole plan sends and judges, by which parts are known to belong together."""
    expected: Expected | None = None
    """What is compared; None where nothing is."""

    @property
    def endpoints(self) -> tuple[tuple[str, str], ...]:
        """Each provider with a model that anything is asked of: conversations first, then checks."""
        return tuple(dict.fromkeys((*self.providers, *self.judges)))

    @cached_property
    def secrets(self) -> dict[str, str]:
        """The values of the secrets that scenarios use, by the name of their environment variable."""
        names = {name for scenario in self.scenarios for name in scenario.secrets.values()}
        return {name: self.environment[name] for name in sorted(names) if name in self.environment}


def stage(
    asked: Asked,
    folder: Path,
    environ: Mapping[str, str],
    scenarios: Sequence[Scenario] | None = None,
    *,
    needs_secrets: bool = True,
) -> Stage:
    """What will be played; raises RunnerError with everything that is wrong, before anything is sent.

    Scenarios that are at hand are taken as they are, in the place of those that the asked paths hold.
    """
    _require_one_at_a_time(asked)
    settings = Settings.load(folder, environ)
    environment = read_environment(folder, environ)
    replays = asked.cassettes is not None and asked.mode == "replay"
    if scenarios is None:
        loaded = load(asked.paths, environment, folder, needs_secrets=needs_secrets and not replays)
    else:
        loaded = list(scenarios)
    changed = _change(loaded, asked.changes)
    repeats = {scenario.name: scenario.repeat for scenario in changed}
    if asked.until_decided is not None:
        changed = [each.model_copy(update={"repeat": asked.until_decided}) for each in changed]
    variants = [
        _expand(scenario, each, settings, asked.changes, folder)
        for scenario, each in zip(loaded, changed, strict=True)
    ]
    selection = _require_known([each.scenario for each in variants], asked.selection)
    chosen = [each for each in variants if selection.takes_scenario(each.scenario.name, each.scenario.tags)]
    parts = [
        (each.scenario, select_variants(each, selection), selection.repeats_of(each.scenario.repeat))
        for each in chosen
    ]
    whole = Trials([(scripts, repeats) for _, scripts, repeats in parts])
    if not len(whole):
        raise NothingToPlayError(f"the selection leaves nothing of {_count(len(loaded), 'scenario')} to play")
    laid = None if asked.design is None else lay_out(parts, asked.design, selection)
    _require_planned(selection, chosen)
    sizes = laid.sizes if laid else [len(scripts) * len(repeats) for _, scripts, repeats in parts]
    requests = sum(_asked_turns(each) * size for (each, _, _), size in zip(parts, sizes, strict=True))
    asked_by = [asked_by_checks(each, scripts if len(repeats) else ()) for each, scripts, repeats in parts]
    questions = sum(len(judges) * size for judges, size in zip(asked_by, sizes, strict=True))
    trials: Trials | Part | Mixed = laid.trials if laid else whole
    plan = None
    if selection.is_of_trials:
        trials, requests, questions = _part(whole, parts, asked_by, selection)
    if selection.shard is not None:  # few trials may leave a part empty, which then is played like any other
        plan = _digest_plan([scripts for _, scripts, _ in parts])
    elif not len(trials):
        raise NothingToPlayError(
            f"no trial that did not pass in {selection.unpassed_in} is in these scenarios"
        )
    return Stage(
        asked=asked.model_copy(update={"design": laid.design}) if laid else asked,
        folder=folder,
        settings=settings,
        environment=environment,
        scenarios=tuple(scenario for scenario, scripts, repeats in parts if len(scripts) and len(repeats)),
        trials=trials,
        providers=_rehearse(
            chosen,
            [scripts if len(repeats) else () for _, scripts, repeats in parts],
            settings,
            asked.changes,
        ),
        requests=requests,
        questions=questions,
        judges=tuple(
            dict.fromkeys(
                (judge.provider, judge.model)
                for scenario, scripts, repeats in parts
                for judge in judges_of(scenario, scripts if len(repeats) else ())
            )
        ),
        plan=plan,
        repeats=repeats,
        left_out=sum(len(each) * each.scenario.repeat for each in variants)
        - len(trials)
        + (laid.twins if laid else 0),
        expected=laid.expected if laid else None,
    )


def _require_one_at_a_time(asked: Asked) -> None:
    """Raise UsageError where a run that sends one request after the other is to send several at once."""
    if asked.reproduce and asked.in_flight not in {None, 1}:
        raise UsageError(
            f"--reproduce sends one request after the other, which --in-flight {asked.in_flight} does not go with: "
            "leave out one of the two"
        )


def _digest_plan(parts: Sequence[Sequence[Script]]) -> str:
    """A digest of every variant of a plan; each is rendered for it, which only parts of a plan need."""
    state = blake2b(digest_size=16)
    for scripts in parts:
        for script in scripts:
            state.update(
                f"{script.variant}\0{script.plays}\0{script.judges}\n".encode("utf-8", "surrogatepass")
            )
    return state.hexdigest()


def _part(
    trials: Trials,
    parts: Sequence[tuple[Scenario, Variants, Sequence[int]]],
    asked_by: Sequence[Sequence[Judge]],
    selection: Selection,
) -> tuple[Part, int, int]:
    """The trials that are chosen one by one, and how many turns and questions of theirs will be asked; nothing is rendered for it."""
    places = array("Q")
    asked = [_asked_turns(scenario) for scenario, _, _ in parts]
    requests = questions = 0
    last, name = (-1, -1), ""
    for place in range(len(trials)):
        number, variant, repeat = trials.named(place)
        if last != (number, variant):
            last, name = (number, variant), parts[number][1].id(variant)
        if selection.takes_trial(trial_id(name, repeat)):
            places.append(place)
            requests += asked[number]
            questions += len(asked_by[number])
    return Part(trials, places), requests, questions


def _require_known(scenarios: Sequence[Scenario], selection: Selection) -> Selection:
    """The selection with its values as ids spell them (0.70 is 0.7).

    Raises UsageError where it names what is not there: a typo must not play less in silence.
    """
    known: dict[str, Collection[str]] = {
        "scenario": {scenario.name for scenario in scenarios},
        "tag": {tag for scenario in scenarios for tag in scenario.tags},
        "case": {case.id for scenario in scenarios for case in scenario.cases},
        "axis": {axis.name for scenario in scenarios for axis in scenario.axes},
    }
    asked = [
        *(("--only", "scenario", name) for name in selection.only),
        *(("--tag", "tag", name) for name in selection.tags),
        *(("--skip-tag", "tag", name) for name in selection.skip_tags),
        *(("--case", "case", name) for name in selection.cases),
        *(("--where", "axis", name) for name in selection.where),
    ]
    for option, what, name in asked:
        if name not in known[what]:
            raise UsageError(f"{option} {name}: {unknown(what, name, known[what])}")
    axes = [axis for scenario in scenarios for axis in scenario.axes]
    where: dict[str, tuple[str, ...]] = {}
    for name, wanted in selection.where.items():
        values = {spelled(point.label) for axis in axes if axis.name == name for point in axis.points}
        where[name] = tuple(value if value in values else spelled(parsed(value)) for value in wanted)
        for value, typed in zip(where[name], wanted, strict=True):
            if value not in values:
                raise UsageError(f"--where {name}={typed}: {unknown('value', typed, values)}")
    return selection.model_copy(update={"where": where})


def _require_planned(selection: Selection, chosen: Sequence[Variants]) -> None:
    """Raise UsageError where a trial that did not pass is named, and its scenario has no such trial: it would be left out in silence."""
    if selection.unpassed_in is None:
        return
    repeats = {each.id(place): each.scenario.repeat for each in chosen for place in range(len(each))}
    names = tuple(each.scenario.name for each in chosen)
    missing = []
    for trial in selection.trials:
        variant, _, repeat = trial.rpartition("#")
        known = any(variant == name or variant.startswith(f"{name}[") for name in names)
        if known and int(repeat) > repeats.get(variant, 0):
            missing.append(trial)
    if missing:
        raise UsageError(
            f"{_count(len(missing), 'trial')} that did not pass in {selection.unpassed_in} {'is' if len(missing) == 1 else 'are'} "
            f"not in what is played now, {missing[0]} first: ask for as many repeats and the same values as then "
            "(--repeat, --axis, --temperature), or check these scenarios whole"
        )


def _change(scenarios: Sequence[Scenario], changes: Changes) -> list[Scenario]:
    """The scenarios as the command line wants them; all their complaints at once."""
    changed: list[Scenario] = []
    problems: list[Problem] = []
    for scenario in scenarios:
        try:
            changed.append(change(scenario, changes))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return changed


def _expand(
    scenario: Scenario, changed: Scenario, settings: Settings, changes: Changes, folder: Path
) -> Variants:
    """The changed scenario's variants, with providers and models as the settings have them."""

    def resolve(provider: str | None, model: str | None) -> tuple[str, str]:
        # Once changed, a scenario no longer tells its own provider from one that was asked for on the command line.
        return settings.resolve(
            provider=changes.provider,
            model=model if "model" in changes.axes else changes.model,
            scenario_provider=provider if changes.provider is None else scenario.provider,
            scenario_model=model,
        )

    return expand(changed, resolve, Bench(folder, settings, changed, changes.provider).build)


def _rehearse(
    chosen: Sequence[Variants], parts: Sequence[Sequence[Script]], settings: Settings, changes: Changes
) -> tuple[tuple[str, str], ...]:
    """Each provider with a model that is played on, of the parts of the chosen scenarios that are played.

    Every case and every value of every axis is rendered once; where providers or models vary, every variant that is
    played, since not every pair of them need fit. Raises ProblemsError with all that cannot be used.
    """
    problems: list[Problem] = []
    for variants in chosen:
        for place in each_point_once(variants.scenario):
            with suppress(ProviderError):  # of a pair that is perhaps not played
                problems += _problems(variants, place)
    found: dict[tuple[str, str], None] = {}
    for variants, scripts in zip(chosen, parts, strict=True):
        several = any(setup.provider or setup.model for setup in _setups(variants.scenario))
        for place in range(len(scripts) if several else min(1, len(scripts))):
            try:
                script = scripts[place]
                found[script.provider, script.model] = None
                problems += unreadable(variants.scenario, settings.named(script.provider))
            except ProblemsError as error:
                problems += error.problems
            except ProviderError as error:
                problems.append(blamed(str(error), variants.scenario, settings, changes))
    if problems:
        raise ProblemsError(problems)
    return tuple(found)


def _problems(variants: Variants, place: int) -> Sequence[Problem]:
    """What cannot be rendered in a variant."""
    try:
        variants[place]
    except ProblemsError as error:
        return error.problems
    return ()


def _setups(scenario: Scenario) -> Iterator[Setup]:
    """What each case and each value of each axis changes."""
    yield from (case.setup for case in scenario.cases)
    yield from (point.setup for axis in scenario.axes for point in axis.points)


def _asked_turns(scenario: Scenario) -> int:
    """How many turns of a scenario are sent."""
    return sum(turn.role == "user" for turn in scenario.turns)


def _count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
