"""Runs through the Python door: the same as on the command line, from values and paths, waited for or awaited."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

import runner
from tests.loopback import LoopbackApi, Record, Respond, completion, refuse, stream

REPOSITORY = Path(__file__).parents[2]


def said(record: Record) -> Respond:
    """A reply that names the last line."""
    return completion(f"You said {record.messages[-1]['content']}", record=record)


def test_a_path_is_played_and_kept(api: LoopbackApi, folder: Path) -> None:
    """The run is there as the command line would have left it, and says how it ended."""
    api.respond = said
    run = runner.play("talk.yaml")
    assert run.path.parent == folder / "outputs"
    assert (run.path / "transcripts.jsonl").is_file()
    assert (run.status, run.exit_code, len(run)) == ("finished", 0, 1)
    assert (run.totals.passed, run.totals.failed, run.totals.heard) == (1, 0, 2)
    assert run[0].replies == ("You said My name is Ada.", "You said What is my name?")
    manifest = json.loads((run.path / "run.json").read_text(encoding="utf-8"))
    assert manifest["command"] == ["runner.play", "talk.yaml"]
    assert manifest["status"] == "finished"


def test_several_temperatures_are_an_axis(api: LoopbackApi) -> None:
    """Each is played as often as was asked for, and sent as a number."""
    run = runner.play("talk.yaml", temperature=[0, 1.5], repeat=2, in_flight=1)
    assert [line.id for line in run] == [
        f"talk[temperature={value}]#{repeat}" for value in (0, 1.5) for repeat in (1, 2)
    ]
    assert {record.body["temperature"] for record in api.records} == {0, 1.5}
    assert api.peak == 1


def test_what_is_changed_is_sent(api: LoopbackApi) -> None:
    """System, params, variables and axes mean what the command line's options mean."""
    run = runner.play(
        Path("talk.yaml"),
        model="gpt-x",
        system="Be {{ who }}.",
        temperature=1,
        params={"seed": 7},
        vars={"who": 3},
        axes={"top_p": [0.5, 1]},
        where={"top_p": 0.5},
    )
    assert [line.variant for line in run] == [{"top_p": 0.5}]
    body = api.bodies[0]
    assert body["messages"][0] == {"role": "system", "content": "Be 3."}
    assert {name: body[name] for name in ("model", "temperature", "seed", "top_p")} == {
        "model": "gpt-x",
        "temperature": 1,
        "seed": 7,
        "top_p": 0.5,
    }


def test_scenarios_with_a_tag_are_left_out(api: LoopbackApi, folder: Path) -> None:
    """As on the command line, also of those that were loaded."""
    (folder / "slow.yaml").write_text("name: slow\ntags: [slow]\nturns: [x]\n", encoding="utf-8")
    assert [line.id for line in runner.play(["talk.yaml", "slow.yaml"], skip_tags="slow")] == ["talk#1"]
    loaded = runner.load("talk.yaml", "slow.yaml")
    assert [line.id for line in runner.play(loaded, skip_tags=["slow"])] == ["talk#1"]
    assert len(api.records) == 4


def test_what_is_recorded_is_played_without_sending(api: LoopbackApi, folder: Path) -> None:
    """Recordings are made, and found again, in the folder that was named; replay is what is done by default."""
    api.respond = said
    first = runner.play("talk.yaml", cassettes=folder / "tapes", mode="record")
    assert [path.suffix for path in (folder / "tapes").iterdir() if path.suffix == ".jsonl"]
    again = runner.play("talk.yaml", cassettes="tapes")
    assert [line.replies for line in again] == [line.replies for line in first]
    missed = asyncio.run(runner.aplay("talk.yaml", cassettes="tapes", vars={"who": "Bo"}))
    assert missed.status == "incomplete"
    assert (missed[0].error or {})["kind"] == "not_recorded"
    assert len(api.records) == 2
    runner.play("talk.yaml", cassettes="tapes", mode="fill", vars={"who": "Bo"})
    assert len(api.records) == 4


def test_parts_of_a_plan_are_played(api: LoopbackApi) -> None:
    """Repeats by their numbers, and shards that together are the whole; one without a trial is played well."""
    assert [line.id for line in runner.play("talk.yaml", repeat=3, trials=[3, 1])] == ["talk#1", "talk#3"]
    parts = [runner.play("talk.yaml", repeat=2, shard=f"{number}/4") for number in range(1, 5)]
    assert sorted(line.id for part in parts for line in part) == ["talk#1", "talk#2"]
    assert {(part.status, part.exit_code) for part in parts} == {("finished", 0)}
    assert any(part.planned == 0 and "0 conversations" in part._repr_html_() for part in parts)
    with pytest.raises(runner.NothingToPlayError):
        runner.play("talk.yaml", trials=2)
    assert len(api.records) == 8


def test_one_after_the_other_and_token_by_token(api: LoopbackApi) -> None:
    """`reproduce` sends one request at a time, also when the run goes on; `stream` tells the time to the first token."""
    api.respond = lambda record: stream("one two").after(0.05) if record.body.get("stream") else said(record)
    run = runner.play("talk.yaml", repeat=3, reproduce=True, stream=True, max_tokens_total=60)
    assert run.status == "stopped"
    run = runner.resume(run, max_tokens_total=100_000)
    assert run.status == "finished"
    assert api.peak == 1
    assert all(body["stream"] for body in api.bodies)
    assert run[0].turns[0].exchanges[0].ttft_s is not None
    assert runner.play("talk.yaml")[0].turns[0].exchanges[0].ttft_s is None


def test_a_limit_ends_the_run_and_says_so(api: LoopbackApi) -> None:
    """Nothing is raised: the run is stopped, its reason is the limit."""
    run = runner.play("talk.yaml", max_tokens_total=1, params={"max_completion_tokens": 5})
    assert (run.status, run.exit_code) == ("stopped", 4)
    assert run.reason == "max_tokens_total 1 is reached"
    assert run.reason in run._repr_html_()
    assert api.records == []


def test_loaded_scenarios_are_played_without_their_files(api: LoopbackApi, folder: Path) -> None:
    """What was loaded is what is played, whatever has become of the file since."""
    scenarios = runner.load("talk.yaml")
    assert isinstance(scenarios[0], runner.Scenario)
    (folder / "talk.yaml").unlink()
    run = runner.play(scenarios)
    assert (run.status, run.reason) == ("finished", None)
    assert len(api.records) == 2


def test_of_many_loaded_scenarios_those_that_were_given_are_played_and_gone_on_with(
    api: LoopbackApi, folder: Path
) -> None:
    """A run of one scenario of a file stays a run of that one when it is resumed."""
    (folder / "two.yaml").write_text("name: a\nturns: [x]\n---\nname: b\nturns: [y]\n", encoding="utf-8")
    run = runner.play(runner.load("two.yaml")[1])
    assert [line.id for line in run] == ["b#1"]
    assert [line.id for line in runner.resume(run)] == ["b#1"]
    assert len(api.records) == 1


def test_a_scenario_that_stands_in_no_file_is_played_but_not_gone_on_with(api: LoopbackApi) -> None:
    """There is nothing to read again: the error says so."""
    (scenario,) = runner.load("talk.yaml")
    run = runner.play(scenario.model_copy(update={"path": ""}))
    assert api.records
    with pytest.raises(runner.UsageError, match="in no file"):
        runner.resume(run)


def test_all_problems_are_raised_before_anything_is_sent(api: LoopbackApi, folder: Path) -> None:
    """Each with its file and line; the key says the parameter where there is one."""
    (folder / "bad.yaml").write_text("turns:\n  - usr: Hi\nrepeat: 0\n", encoding="utf-8")
    with pytest.raises(runner.ProblemsError) as caught:
        runner.load("bad.yaml")
    assert len(caught.value.problems) >= 2
    assert {problem.path for problem in caught.value.problems} == {"bad.yaml"}
    with pytest.raises(runner.ProblemsError, match=r'params\["sed"\]: .*did you mean `seed`'):
        runner.play("talk.yaml", params={"sed": 1})
    assert api.records == []


@pytest.mark.parametrize(
    ("what", "options", "words"),
    [
        ([], {}, "name what is played"),
        (7, {}, "what is played should be a path"),
        ("talk.yaml", {"repeat": 0}, "repeat should be a whole number from 1 up, not 0"),
        ("talk.yaml", {"in_flight": 0}, "in_flight should be"),
        ("talk.yaml", {"only": "tlak"}, "only tlak: unknown scenario"),
        ("talk.yaml", {"where": {"temp": 1}}, "where temp: unknown axis"),
        ("talk.yaml", {"axes": {"top_p": []}}, "top_p has no value"),
        ("talk.yaml", {"params": {"stop": {1}}}, "stop: "),
        ("talk.yaml", {"skip_tags": "smok"}, "skip_tags smok: unknown tag"),
        (
            "talk.yaml",
            {"temperature": 1, "params": {"temperature": 0}},
            r'`temperature` and params\["temp.* same',
        ),
        ("talk.yaml", {"model": "a", "axes": {"model": ["b"]}}, "both set the same"),
        ("talk.yaml", {"max_cost": float("nan")}, "max_cost should be US dollars from 0 up"),
        (
            "talk.yaml",
            {"max_tokens_total": -1},
            "max_tokens_total should be a whole number from 0 up, not -1",
        ),
        ("talk.yaml", {"max_cost": 1, "model": "gpt-unpriced"}, "`max_cost`: the price of gpt-unpriced"),
        ("talk.yaml", {"shard": "3/2"}, "shard: expected I/N"),
        ("talk.yaml", {"trials": 0}, "trials should be a whole number from 1 up, not 0"),
        ("talk.yaml", {"reproduce": True, "in_flight": 4}, "`reproduce` sends .* which in_flight=4 does not"),
        ("talk.yaml", {"mode": "fill"}, 'mode="fill" needs cassettes'),
        ("talk.yaml", {"mode": "recrd", "cassettes": "tapes"}, "mode recrd: .*did you mean `record`"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    api: LoopbackApi, what: Any, options: dict[str, Any], words: str
) -> None:
    """The sentence speaks of parameters, not of options."""
    with pytest.raises(runner.UsageError, match=words) as caught:
        runner.play(what, **options)
    assert "--" not in str(caught.value)
    assert api.records == []


def test_a_failed_exchange_and_a_failed_check_raise_nothing(api: LoopbackApi) -> None:
    """They are results: the run says which conversations they are."""
    api.respond = lambda record: refuse(400, "No.") if record.number else said(record)
    run = runner.play("talk.yaml", vars={"who": "Bo"}, in_flight=1)
    assert (run.status, run.exit_code) == ("incomplete", 4)
    assert [line.id for line in run.failed] == [line.id for line in run.unanswered] == ["talk#1"]
    assert run.broken == []


def test_it_can_be_called_where_a_loop_is_running(api: LoopbackApi) -> None:
    """As in a notebook: the run has a loop and a thread of its own."""
    assert api.port

    async def call() -> runner.Run:
        return runner.play("talk.yaml")

    assert asyncio.run(call()).status == "finished"


def test_it_can_be_awaited(api: LoopbackApi) -> None:
    """The loop of the caller goes on meanwhile, and several runs are played at once."""
    api.respond = lambda record: said(record).after(0.1)

    async def call() -> tuple[list[runner.Run], int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        runs = await asyncio.gather(runner.aplay("talk.yaml"), runner.aplay("talk.yaml"))
        ticking.cancel()
        return list(runs), ticks

    runs, ticks = asyncio.run(call())
    assert [run.status for run in runs] == ["finished", "finished"]
    assert runs[0].name != runs[1].name
    assert ticks > 5


def test_errors_of_the_twins_are_the_same(api: LoopbackApi) -> None:
    """What the one raises the other raises."""
    assert api.port
    with pytest.raises(runner.UsageError, match="unknown scenario"):
        asyncio.run(runner.aplay("talk.yaml", only="x"))
    with pytest.raises(runner.StoreError, match="there is no run"):
        asyncio.run(runner.aresume("nothing"))


def test_an_error_that_is_raised_is_not_logged_as_one_that_nobody_heard(
    api: LoopbackApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The loop does not complain of a future whose error was told."""
    assert api.port
    monkeypatch.setattr("runner.operations.play.open_manifest", _fail)

    async def call() -> None:
        with pytest.raises(LookupError, match="no manifest"):
            await runner.aplay("talk.yaml")

    asyncio.run(call())
    gc.collect()
    assert caplog.records == []


def _fail(*_: object) -> None:
    raise LookupError("no manifest")


def test_cancelling_stops_the_run_and_keeps_what_was_heard(api: LoopbackApi) -> None:
    """The reply under way comes in, transcripts are written, then CancelledError goes on; resuming sends the rest."""
    api.respond = lambda record: said(record).after(0.3 if record.number < 2 else 0)

    async def call() -> None:
        await asyncio.wait_for(runner.aplay("talk.yaml"), 0.15)

    with pytest.raises(TimeoutError):
        asyncio.run(call())
    run = runner.read()
    assert (run.status, run.exit_code) == ("stopped", 130)
    assert [turn.status for turn in run[0].turns] == ["heard", "unplayed"]
    assert len(api.records) == 1
    again = asyncio.run(runner.aresume(run))
    assert (again.name, again.status) == (run.name, "finished")
    assert len(api.records) == 2


PROGRAM = """
    import runner, sys
    try:
        runner.play("talk.yaml", repeat=20, in_flight=2)
    except KeyboardInterrupt as stopped:
        print("stopped", stopped)
        sys.exit(7)
"""


@pytest.mark.parametrize("inside", ["", "import asyncio\nasync def main():\n{}\nasyncio.run(main())"])
def test_ctrl_c_stops_the_run_and_keeps_what_was_heard(api: LoopbackApi, folder: Path, inside: str) -> None:
    """A real SIGINT: the replies under way come in, everything is written, and the message says how to go on."""
    api.respond = lambda record: said(record).after(0.2)
    program = textwrap.dedent(PROGRAM)
    if inside:
        program = inside.format(textwrap.indent(program, "    "))
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 30
        while len(api.records) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    run = runner.read()
    assert process.returncode == 7, err
    assert f"runner.resume('{run.name}')" in out
    assert (run.status, run.exit_code) == ("stopped", 130)
    heard = run.totals.heard
    assert 2 <= heard == len(api.records) < 40
    api.respond = said
    assert runner.resume(run).status == "finished"
    assert len(api.records) == 40


def test_what_goes_wrong_on_the_way_names_the_run(api: LoopbackApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that ends a run says how to go on with it."""
    from runner.errors import StoreError
    from runner.store.journal import Journal

    original = Journal.append

    def fail(self: Journal, event: Any) -> None:
        if len(api.records) >= 1:
            raise StoreError("the disk is full")
        original(self, event)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", fail)
        with pytest.raises(runner.StoreError, match="the disk is full") as caught:
            runner.play("talk.yaml")
    assert "runner.resume(" in caught.value.__notes__[0]
    assert runner.resume("latest").status == "finished"
