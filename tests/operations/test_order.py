"""Order of play, as a server that stands for the API sees it arrive."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.core.change import Changes
from runner.core.event import Event
from runner.core.plan import CACHED_CHARACTERS
from runner.core.run import Run
from runner.operations.earlier import Wanted
from runner.operations.play import Played, play, resume
from runner.operations.stage import Asked, Stage, stage
from runner.store.folder import RunFolder
from runner.transports import Notice
from tests.loopback import LoopbackApi, Record, Respond, echo, refuse

DELAY = 0.15
LONG = "You sell kettles, and nothing else. " * (CACHED_CHARACTERS // 30)
SCENARIO = """
name: {name}
system: {system}
turns: ["first of {{{{ what }}}}", second]
matrix:
  temperature: [0, 1]
  what: [tea, milk]
repeat: 2
"""


class Silent:
    """Follows a run without a word; it can interrupt it."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.stop_after = stop_after
        self.heard = 0

    def opens(self, stage: Stage, folder: RunFolder, run: Run) -> None: ...

    def hears(self, event: Event, run: Run) -> None:  # noqa: ARG002 - an audience's
        if event.event == "answered":
            self.heard += 1
            if self.heard == self.stop_after:
                import signal

                signal.raise_signal(signal.SIGINT)

    def watches(self, trial: str, notice: Notice) -> None: ...

    def stopping(self, reason: str) -> None: ...

    def closes(self, played: Played) -> None: ...


def late(record: Record) -> Respond:
    return echo(record).after(DELAY)


def staged(folder: Path, api: LoopbackApi, asked: Asked, settings: str = "") -> Stage:
    (folder / "runner.toml").write_text(
        f'provider = "lo"\n[providers.lo]\nbase_url = "{api.base_url}"\nmodels = {{ main = "m" }}\n{settings}'
    )
    return stage(asked, folder, {})


def write(folder: Path, **systems: str) -> tuple[str, ...]:
    """Scenarios, each with its system message."""
    for name, system in systems.items():
        (folder / f"{name}.yaml").write_text(SCENARIO.format(name=name, system=system))
    return tuple(str(folder / f"{name}.yaml") for name in systems)


def transcripts(played: Played) -> list[dict[str, Any]]:
    return [json.loads(line) for line in played.folder.transcripts.read_text().splitlines()]


def opened(api: LoopbackApi, system: str) -> list[Record]:
    """The first requests of the conversations with a system message, as they came."""
    return [each for each in api.records if len(each.messages) == 2 and each.messages[0]["content"] == system]


@pytest.mark.parametrize("failing", [False, True])
def test_the_first_of_a_long_beginning_goes_ahead_by_one_reply(tmp_path: Path, failing: bool) -> None:
    """The others of its group, whichever scenario they are of, come after its reply or failure; other groups go on meanwhile."""
    kettles, pans = LONG.strip(), LONG.strip().replace("kettles", "pans")
    paths = write(tmp_path, short="Be brief.", a=kettles, b=pans, c=kettles)

    def respond(record: Record) -> Respond:
        alone = failing and len(record.messages) == 2 and record.messages[0]["content"] == kettles
        if alone and record is opened(api, kettles)[0]:
            return refuse(400).after(DELAY)
        return late(record)

    with LoopbackApi(respond) as api:
        played = play(staged(tmp_path, api, Asked(paths=paths)), tmp_path / "outputs", Silent())
        groups = {each: opened(api, each) for each in (kettles, pans, "Be brief.")}
    assert [len(group) for group in groups.values()] == [16, 8, 8]
    for system in (kettles, pans):
        first, *others = groups[system]
        assert min(each.at for each in others) >= first.at + DELAY
    assert abs(groups[kettles][0].at - groups[pans][0].at) < DELAY, "one group waits for no other"
    assert groups["Be brief."][2].at < groups["Be brief."][1].at + DELAY, "a short one waits for nobody"
    assert api.peak == 16
    ids = [each["id"] for each in transcripts(played)]
    names = ["short"] * 8 + ["a"] * 8 + ["c"] * 8 + ["b"] * 8
    assert [each.partition("[")[0] for each in ids] == names, "transcripts stand in the order of the plan"


def test_conversations_that_begin_alike_are_next_to_each_other(tmp_path: Path) -> None:
    """One at a time: all that is asked under one system message, then all of the next; below it, by the first line."""
    paths = write(tmp_path, a="Be brief.", b="Be long.", c="Be brief.")
    with LoopbackApi() as api:
        play(staged(tmp_path, api, Asked(paths=paths, in_flight=1)), tmp_path / "outputs", Silent())
    assert [len(each.messages) for each in api.records] == [2, 4] * 24, "depth first"
    begun = [json.dumps(each.messages) for each in api.records if len(each.messages) == 2]
    runs = [each for place, each in enumerate(begun) if each != begun[place - 1]]
    assert runs == [
        json.dumps([{"role": "system", "content": system}, {"role": "user", "content": f"first of {what}"}])
        for system, whats in (("Be brief.", ["tea", "milk"] * 2), ("Be long.", ["tea", "milk"]))
        for what in whats
    ]


def bodies(api: LoopbackApi) -> Sequence[bytes]:
    return [each.raw for each in api.records]


def test_reproduced_one_request_goes_after_the_other_in_the_same_order(tmp_path: Path) -> None:
    """Two such runs send the same bytes in the same order, never two at once, and no seed that nobody asked for."""
    paths = write(tmp_path, a=LONG, b="Be brief.")
    sent = []
    for _ in range(2):
        with LoopbackApi() as api:
            asked = Asked(paths=paths, reproduce=True)
            played = play(staged(tmp_path, api, asked), tmp_path / "outputs", Silent())
        assert api.peak == 1
        sent.append(bodies(api))
    assert sent[0] == sent[1]
    assert len(sent[0]) == 32
    assert all(b"seed" not in body for body in sent[0])
    assert [each["id"] for each in transcripts(played)] == [
        each.id for each in stage(asked, tmp_path, {}).trials
    ]


def test_a_reproduced_run_is_reproduced_when_it_goes_on(tmp_path: Path) -> None:
    """The manifest keeps it: what is left comes in the same order, one after the other."""
    paths = write(tmp_path, a="Be brief.")
    asked = Asked(paths=paths, reproduce=True)
    with LoopbackApi() as api:
        play(staged(tmp_path, api, asked), tmp_path / "outputs", Silent())
        whole = bodies(api)
    with LoopbackApi(late) as api:
        played = play(staged(tmp_path, api, asked), tmp_path / "outputs", Silent(stop_after=5))
        assert (played.exit_code, len(api.records) < 16) == (130, True)
        settled = staged(tmp_path, api, asked)
        resume(played.folder, lambda again, _: stage(again, settled.folder, {}), Silent(), Wanted())
        assert played.folder.read_manifest().asked["reproduce"] is True
        assert bodies(api) == whole
        assert api.peak == 1


def test_recordings_are_replayed_whatever_went_ahead(tmp_path: Path) -> None:
    """What was recorded in one order is replayed in another, and nobody waits for a reply that is there."""
    paths = write(tmp_path, a=LONG, b=LONG)
    told = []
    with LoopbackApi() as api:
        for mode in ("record", "replay"):
            asked = Asked(paths=paths, cassettes=str(tmp_path / "tapes"), mode=mode)
            told.append(transcripts(play(staged(tmp_path, api, asked), tmp_path / "outputs", Silent())))
        assert len(api.records) == 32
    recorded, replayed = [[(each["id"], each["messages"]) for each in run] for run in told]
    assert recorded == replayed


def test_a_cache_key_is_sent_only_where_it_is_asked_for(tmp_path: Path) -> None:
    """By no means unasked; the settings' own goes with whatever has none, a scenario's params win, and recordings are the same."""
    paths = write(tmp_path, a="Be brief.")
    keys = []
    for settings, params in (
        ("", {}),
        ('prompt_cache_key = "ours"\n', {}),
        ('prompt_cache_key = "ours"\n', {"prompt_cache_key": "mine"}),
    ):
        with LoopbackApi() as api:
            asked = Asked(paths=paths, changes=Changes(params=params))
            played = play(staged(tmp_path, api, asked, settings), tmp_path / "outputs", Silent())
            (key,) = {each.get("prompt_cache_key") for each in api.bodies}
            keys.append((key, transcripts(played)[0]["params"]))
    assert [key for key, _ in keys] == [None, "ours", "mine"]
    assert keys[0][1] == keys[1][1]


def test_several_providers_are_kept_busy_at_once(tmp_path: Path) -> None:
    """Where a provider has as much as it may have under way, conversations begin on another one, wherever they stand."""
    (tmp_path / "a.yaml").write_text(
        "system: Be brief.\nturns: [hi]\nrepeat: 24\nmatrix: {provider: [one, other]}\n", encoding="utf-8"
    )
    with LoopbackApi(late) as one, LoopbackApi(late) as other:
        settings = "".join(
            f'[providers.{name}]\nbase_url = "{api.base_url}"\nmodels = {{ main = "m" }}\nin_flight = 8\n'
            for name, api in (("one", one), ("other", other))
        )
        (tmp_path / "runner.toml").write_text(settings)
        ready = stage(Asked(paths=(str(tmp_path / "a.yaml"),)), tmp_path, {})
        play(ready, tmp_path / "outputs", Silent())
    assert len(one.records) == len(other.records) == 24
    assert abs(one.records[0].at - other.records[0].at) < DELAY
    assert max(one.peak, other.peak) == 8
    assert abs(one.records[-1].at - other.records[-1].at) < 2 * DELAY
