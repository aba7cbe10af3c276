"""`runner compare`: a comparison played, gone on with, replayed and read again, through the front door."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runner.core.message import Failure, Message, Request
from tests.cli.front import Front, Shown, require_golden, spoken
from tests.loopback import LoopbackApi, Record, Respond, echo, refuse

SCENARIO = """\
name: hello
turns:
  - user: Say hello to {{ who }}.
    expect: [{icontains: hello}]
  - user: And goodbye?
cases:
  - {id: anna, who: Anna}
  - {id: bob, who: Bob}
"""
WORDS = ("compare", "hello.yaml", "--temperature", "0,0.7,1.5", "--repeat", "4")


def warm(request: Request, messages: list[Message]) -> Any:
    """Says the same at 0; the hotter, the more its repeats differ and the rarer its hello."""
    temperature = request.params.get("temperature", 0)
    if temperature == 0:
        return spoken("Hello." if len(messages) == 1 else "Goodbye.")
    good = request.draw % 4 < (3 if temperature < 1 else 2)
    return spoken(f"{'Hello' if good else 'Well'}, {request.draw % round(3 * temperature)} of us.")


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("hello.yaml", SCENARIO)
    front.answer(warm)
    return front


def found(front: Front, *words: str, code: int = 0) -> dict[str, Any]:
    """What a command says as JSON."""
    shown = front.type(*words, "--json")
    assert shown.exit_code == code, shown.err
    document: dict[str, Any] = json.loads(shown.out)
    return document


def cells(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The cells by label; the twin's is `again`."""
    return {"again" if each["role"] == "twin" else each["label"]: each for each in document["cells"]}


def numbers(document: dict[str, Any]) -> dict[str, Any]:
    """All but what differs from one playing to the next."""
    return {name: value for name, value in document.items() if name not in {"runs", "seconds", "command"}}


def begun(front: Front) -> list[str]:
    """The trials in the order in which they began."""
    journal = (front.run_folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    events = map(json.loads, journal[1:])
    return [event["trial"] for event in events if event["event"] == "begun"]


def test_a_comparison_says_what_it_will_cost_before_it_says_what_it_found(front: Front) -> None:
    """First what is held against what, the price and the smallest difference; then each trial; what was found last."""
    shown = front.type(*WORDS)
    assert len(front.transport.asked) == 64
    assert shown.out.startswith("3 values of temperature on 2 items, 4 trials each, mixed by seed 20241101")
    assert "0 again (A/A)  8/8 (100 %)" in shown.out
    require_golden("compare-talk", Shown(shown.exit_code, "", shown.err).page)


def test_trials_are_mixed_and_the_base_is_played_twice(front: Front) -> None:
    """In each round every item has each value once and the base twice; transcripts stand in plan order."""
    front.type(*WORDS)
    order = begun(front)
    assert len(order) == len(set(order)) == 32
    for number in range(4):
        part = order[8 * number : 8 * number + 8]
        rounds = Counter((each.partition("#")[0], int(each.partition("#")[2])) for each in part)
        wanted = {number + 1, number + 5}
        assert {repeat for _, repeat in rounds} == wanted
        assert Counter(name for name, _ in rounds) == {
            f"hello[case={case},temperature={value}]": 2 if value == "0" else 1
            for case in ("anna", "bob")
            for value in ("0", "0.7", "1.5")
        }
    assert order != sorted(order)
    lines = (front.run_folder / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [json.loads(line)["id"] for line in lines]
    assert kept[:8] == [f"hello[case=anna,temperature=0]#{repeat}" for repeat in range(1, 9)]
    assert kept[8:12] == [f"hello[case=anna,temperature=0.7]#{repeat}" for repeat in range(1, 5)]
    design = json.loads((front.run_folder / "run.json").read_text(encoding="utf-8"))["asked"]["design"]
    assert (design["by"], design["base"], design["repeats"]) == ("temperature", "0", 4)


def test_the_order_is_that_of_the_seed(front: Front) -> None:
    """The same seed plays in the same order, another one in another; no seed is sent."""
    orders = []
    for words in ((), ("--seed", "1"), ("--seed", "1")):
        front.type(*WORDS, "--quiet", *words)
        orders.append(begun(front))
    assert orders[1] == orders[2] != orders[0]
    assert not any("seed" in each.request.params for each in front.transport.asked)


def test_a_dry_run_sends_nothing(front: Front) -> None:
    """It says what would be played, about what that costs, and which difference could be seen; no key is needed."""
    front.write("runner.toml", "")
    shown = front.type(*WORDS, "--dry-run")
    assert shown.exit_code == 0
    assert not front.staged
    assert not (front.folder / "outputs").exists()
    require_golden("compare-dry-run", shown.page)
    document = found(front, *WORDS, "--dry-run")
    assert document["trials"] == 32
    assert document["comparison"]["values"] == ["0", "0.7", "1.5"]
    assert document["comparison"]["detectable"] == pytest.approx(0.71)
    assert not front.staged


def test_what_cannot_be_shown_is_said_before(front: Front) -> None:
    """One repeat shows no agreement, a scenario without checks no rates, a seed no chance."""
    one = front.type(*WORDS[:-1], "1", "--dry-run").err
    assert "give --repeat 2 or more" in one
    front.write("bare.yaml", "name: bare\nturns: [Hi]\nparams: {seed: 1}\n")
    bare = front.type("compare", "bare.yaml", "--temperature", "0,1", "--repeat", "2", "--dry-run").err
    assert "have no check" in bare
    assert "a `seed` is sent with every repeat" in bare


def test_a_comparison_is_read_again(front: Front) -> None:
    """A run that was played as one says the same again, with its scenarios or without them."""
    first = found(front, *WORDS)
    again = found(front, "compare", "latest")
    assert again == first
    assert (first["seed"], first["base"], first["items"], first["repeats"]) == (20_241_101, "0", 2, 4)
    (front.folder / "hello.yaml").unlink()
    alone = found(front, "compare", front.run_folder.name)
    assert {**alone, "notes": alone["notes"][:-1]} == first
    assert "are not as they were" in alone["notes"][-1]


def test_another_base_and_another_axis_of_a_played_comparison(front: Front) -> None:
    """What is held against what can be changed afterwards; the second half of the first base then counts for nothing."""
    front.type(*WORDS, "--axis", "top_p=0.5,1", "--by", "temperature", "--quiet")
    other = found(front, "compare", "latest", "--base", "0.70")
    assert [(each["label"], each["role"], each["trials"]) for each in other["cells"]] == [
        ("0.7", "base", 16),
        ("0", "treatment", 16),
        ("1.5", "treatment", 16),
    ]
    by = found(front, "compare", "latest", "--by", "top_p")
    assert [(each["label"], each["trials"], each["measured"]) for each in by["cells"]] == [
        ("0.5", 24, 24),
        ("1", 24, 24),
    ]


def test_an_interrupted_comparison_goes_on(front: Front) -> None:
    """Ctrl-C ends it with 130 and says how to go on; going on sends only the rest and finds what one playing finds."""
    whole = found(front, *WORDS)
    for path in (front.folder / "outputs").iterdir():
        path.rename(front.folder / f"away-{path.name}")

    def interrupt(request: Request, messages: list[Message]) -> Any:
        if len(front.transport.asked) == 20:
            import signal

            signal.raise_signal(signal.SIGINT)
        return warm(request, messages)

    front.answer(interrupt)
    shown = front.type(*WORDS, "--in-flight", "2")
    assert shown.exit_code == 130
    name = front.run_folder.name
    assert f"go on with: runner compare --resume {name}\n" in shown.err
    sent = len(front.transport.asked)
    stopped = found(front, "compare", name, code=4)
    assert stopped["status"] == "stopped"

    front.answer(warm)
    again = found(front, "compare", "--resume", name)
    assert sent + len(front.transport.asked) == 64
    assert numbers(again) == numbers(whole)


def test_a_comparison_that_is_cut_anywhere_goes_on_in_its_order(front: Front) -> None:
    """Whatever of the journal is lost, the order of the rest is that of the seed, and nothing that stands is asked again."""
    front.type(*WORDS, "--quiet", "--in-flight", "1")
    order, journal = begun(front), front.run_folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    for kept in (1, 9, len(lines) // 2, len(lines) - 1):
        journal.write_bytes(b"".join(lines[:kept]) + lines[kept][:9])
        answered = sum(b'"event":"answered"' in line.replace(b" ", b"") for line in lines[:kept])
        front.answer(warm)
        assert front.type("compare", "--resume", front.run_folder.name, "--quiet").exit_code == 0
        assert len(front.transport.asked) == 64 - answered
        assert begun(front) == order


def test_recordings_make_the_same_comparison(front: Front) -> None:
    """Recorded and replayed: the same numbers, with nothing sent; the twin has recordings of its own."""
    front.write("cassettes/.keep", "")
    first = found(front, *WORDS, "--cassettes", "cassettes", "--mode", "record")
    assert len(front.transport.asked) == 64
    front.answer(lambda *_: "something else")
    again = found(front, *WORDS, "--cassettes", "cassettes")
    assert front.transport.asked == []
    timeless = [
        {**numbers(each), "cells": list(map(_timeless, each["cells"])), "cost_usd": None, "sentences": None}
        for each in (first, again)
    ]
    assert timeless[0] == timeless[1]


def test_a_refused_value_is_recorded_and_replayed(front: Front) -> None:
    """What was refused, and what was not even asked again since it was, is refused in replay as well."""

    def refuse_hot(request: Request, messages: list[Message]) -> Any:
        if request.params["temperature"] == 1.5:
            return Failure(kind="refused_parameter", message="400: too hot", status=400, param="temperature")
        return warm(request, messages)

    front.answer(refuse_hot)
    tape = ("--cassettes", "cassettes", "--in-flight", "2")
    first = found(front, *WORDS, *tape, "--mode", "record")
    assert sum(each.request.params["temperature"] == 1.5 for each in front.transport.asked) <= 2
    front.answer(lambda *_: "something else")
    again = found(front, *WORDS, *tape)
    assert front.transport.asked == []
    for document in (first, again):
        assert cells(document)["1.5"]["status"] == "unsupported"
        assert cells(document)["1.5"]["unanswered"] == 8
        assert cells(document)["0.7"]["measured"] == 8


def _timeless(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell without what is not known of a replayed trial: its time and what was paid."""
    less = {"latency_s", "cost_each", "cost_usd"}
    shifts = {name: each for name, each in cell["shifts"].items() if name not in less}
    return {**{name: value for name, value in cell.items() if name not in less}, "shifts": shifts}


def test_a_budget_ends_a_comparison(front: Front) -> None:
    """What may be spent is spent on whole rounds of all values alike; then it ends with 4 and says how to go on."""
    shown = front.type(*WORDS, "--max-tokens-total", "40000")
    assert shown.exit_code == 4
    assert "go on with: runner compare --resume" in shown.err
    part = found(front, "compare", "latest", code=4)
    trials = [each["finished"] for each in part["cells"]]
    assert part["status"] == "stopped"
    assert max(trials) - min(trials) <= 2


def test_lost_trials_leave_it_incomplete(front: Front) -> None:
    """Trials without a reply make it 4, and are told; they can be played again."""

    def lose(request: Request, messages: list[Message]) -> Any:
        if request.params["temperature"] == 1.5 and request.draw == 2:
            return Failure(kind="server_error", message="500: sorry", status=500)
        return warm(request, messages)

    front.answer(lose)
    shown = front.type(*WORDS)
    assert shown.exit_code == 4
    assert "1.5: of 8 trials 2 without a reply" in " ".join(shown.out.split())
    assert f"what went wrong: runner show {front.run_folder.name} --failed\n" in shown.err
    front.answer(warm)
    assert front.type("compare", "--resume", "latest", "--retry-unanswered", "--quiet").exit_code == 0


def test_by_names_the_axis_where_several_are_varied(front: Front) -> None:
    """One axis that was typed, or the only one of the matrix, is taken; of several one is named."""
    both = (*WORDS, "--axis", "top_p=0.5,1")
    assert "`--by`" not in front.type(*both).err
    shown = front.type(*both)
    assert shown.exit_code == 2
    assert "name the one that is compared, e.g. --by top_p" in shown.err
    document = found(front, *both, "--by", "top_p")
    assert (document["by"], document["items"]) == ("top_p", 6)
    front.write("matrix.yaml", "name: m\nturns: [Hi]\nmatrix: {temperature: [0.5, 1, 1.5]}\nrepeat: 2\n")
    assert found(front, "compare", "matrix.yaml")["base"] == "0.5"
    narrowed = found(
        front, "compare", "matrix.yaml", "--where", "temperature=1", "--where", "temperature=1.5"
    )
    assert [each["label"] for each in narrowed["cells"]] == ["1", "1", "1.5"]


def test_prompts_are_compared_as_well(front: Front) -> None:
    """Any axis: a system prompt by its name, against another base, without a twin."""
    front.write(
        "prompts.yaml",
        "name: p\nturns: [Hi]\nmatrix: {system: {v1: Be brief., v2: Be kind.}}\nrepeat: 3\n",
    )
    document = found(front, "compare", "prompts.yaml", "--by", "system", "--base", "v2", "--no-twin")
    assert [(each["label"], each["role"], each["trials"]) for each in document["cells"]] == [
        ("v2", "base", 3),
        ("v1", "treatment", 3),
    ]


def test_scenarios_may_differ_in_repeats_and_values(front: Front) -> None:
    """Each is played as often as it says, in the values that it has; all is counted as it was planned."""
    front.write("a.yaml", "name: a\nturns: [Hi]\nmatrix: {temperature: [0, 0.5, 1]}\nrepeat: 4\n")
    front.write("b.yaml", "name: b\nturns: [Ho]\nmatrix: {temperature: [1, 0]}\nrepeat: 2\n")
    document = found(front, "compare", "a.yaml", "b.yaml")
    assert document["status"] == "finished"
    counted = {name: (each["trials"], each["finished"]) for name, each in cells(document).items()}
    assert counted == {"0": (6, 6), "again": (6, 6), "0.5": (4, 4), "1": (6, 6)}
    assert not any("not begun" in note for note in document["notes"])
    assert sorted(each for each in begun(front) if each.startswith("b[temperature=0]")) == [
        f"b[temperature=0]#{repeat}" for repeat in (1, 2, 5, 6)
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("compare", "hello.yaml"), "there is nothing to compare: give the values of an axis"),
        (("compare",), "name scenarios to play, or runs that were played"),
        (("compare", "hello.yaml", "--axis", "top_p=0.5"), "top_p has one value, 0.5"),
        ((*WORDS, "--by", "top_p"), "--by top_p: unknown axis `top_p`; expected `temperature`"),
        ((*WORDS, "--base", "3"), "--base 3: unknown value `3`; expected one of `0`, `0.7` and `1.5`"),
        ((*WORDS, "--margin", "5"), "--margin 5: expected a share between 0 and 1"),
        ((*WORDS, "--alpha", "0"), "--alpha 0: expected a share between 0 and 0.5"),
        ((*WORDS, "--retry-unanswered"), "name it by --resume RUN"),
        (("compare", "a.yaml", "hello.yaml", "--by", "temperature"), "hello has no axis temperature"),
        (("compare", "a.yaml", "c.yaml"), "c has no temperature=0 to hold others against, only `1` and `2`"),
        (("compare", "a.yaml", "d.yaml"), "d has temperature=0 alone"),
        ((*WORDS, "--csv", "hello.yaml"), "a scenario stands there"),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_is_sent(
    front: Front, words: tuple[str, ...], why: str
) -> None:
    """An axis, a base or a second value that is not there ends it with 2."""
    for name, values in (("a", "[0, 1]"), ("c", "[1, 2]"), ("d", "[0]")):
        front.write(f"{name}.yaml", f"name: {name}\nturns: [Hi]\nmatrix: {{temperature: {values}}}\n")
    shown = front.type(*words)
    assert shown.exit_code == 2
    assert why in shown.err
    assert not front.staged


def test_files_hold_every_number(front: Front) -> None:
    """`--csv` writes a row for each number, also of a run that is only read."""
    front.type(*WORDS, "--quiet", "--csv", "a/x.csv")
    front.type("compare", "latest", "--quiet", "--csv", "y.csv")
    written = (front.folder / "a" / "x.csv").read_bytes()
    assert written == (front.folder / "y.csv").read_bytes()
    assert b"temperature,0.7,treatment,played,all,,pass_rate," in written


def test_a_file_that_cannot_be_written_costs_no_other(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are written, the run is kept, and the way to write it anew is said."""
    from runner.cli import writing
    from runner.errors import StoreError

    whole = writing.write_whole

    def fails(path: Path, content: bytes) -> None:
        if path.suffix == ".csv":
            raise StoreError(f"cannot write {path}: No space left on device")
        whole(path, content)

    monkeypatch.setattr(writing, "write_whole", fails)
    shown = front.type(*WORDS, "--csv", "c.csv", "--report", "page.html", "--quiet")
    assert shown.exit_code == 2
    assert "No space left on device" in shown.err
    assert "the run is kept: `runner compare " in shown.err
    assert Path("page.html").is_file()
    assert front.type(*WORDS, "--csv", "x", "--report", "x").exit_code == 2


def test_quiet_says_the_words_alone(front: Front) -> None:
    """`--quiet` writes what was found, a line each, and no talk."""
    shown = front.type(*WORDS, "--quiet")
    assert shown.err == ""
    assert all(line.endswith(".") for line in shown.out.splitlines())


def test_runs_are_compared(front: Front) -> None:
    """Two runs of the same scenarios: cells are the runs; what is in one of them alone is left out and named."""
    play = ("play", "hello.yaml", "--repeat", "3", "--quiet")
    front.type(*play, "--set", "params.temperature=0")
    one = front.run_folder.rename(front.folder / "outputs" / "cold")
    front.type(*play, "--set", "params.temperature=1.5", "--case", "bob")
    other = front.run_folder if front.run_folder != one else max((front.folder / "outputs").iterdir())
    other = next(each for each in (front.folder / "outputs").iterdir() if each.name != "cold").rename(
        front.folder / "outputs" / "hot"
    )
    document = found(front, "compare", "cold", str(other.relative_to(front.folder)))
    assert (document["by"], document["base"], document["seed"]) == ("run", "cold", None)
    assert [(each["label"], each["role"], each["trials"]) for each in document["cells"]] == [
        ("cold", "base", 3),
        ("hot", "treatment", 3),
    ]
    assert document["notes"][-1] == "not in all of the runs, and left out: hello[case=anna]"
    assert any("not mixed" in note for note in document["notes"])
    assert found(front, "compare", "cold", "hot", "--base", "hot")["base"] == "hot"


def test_a_run_that_was_played_with_a_matrix_is_compared(front: Front) -> None:
    """`--by` names the axis, where there are several; its trials were not mixed, and that is said."""
    front.type(*("play" if word == "compare" else word for word in WORDS), "--quiet")
    document = found(front, "compare", "latest")
    assert (document["by"], document["seed"]) == ("temperature", None)
    assert [each["label"] for each in document["cells"]] == ["0", "0.7", "1.5"]
    assert any("not mixed" in note for note in document["notes"])
    assert found(front, "compare", "latest", "--by", "temperature", "--base", "1.5")["base"] == "1.5"
    shown = front.type("compare", "latest", "--by", "tempature")
    assert shown.exit_code == 2
    assert "did you mean `temperature`?" in shown.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("latest", "hello.yaml"), "latest is a run and hello.yaml is none"),
        (("latest", "latest"), "is named twice"),
        (("latest", "--temperature", "0,1"), "are only read, and take no --temperature"),
        (("latest", "--seed", "3", "--dry-run", "--stream"), "take no --stream, --seed, --dry-run"),
        (("latest",), "varies no axis: name a second run"),
        (("--resume", "latest"), "was not played by `runner compare`"),
        (("--resume", "latest", "--by", "x", "--no-twin"), "takes no --no-twin, --by"),
    ],
)
def test_what_was_played_is_only_read(front: Front, words: tuple[str, ...], why: str) -> None:
    """Beside runs nothing stands that says how scenarios are played; a run is not held against itself."""
    front.type("play", "hello.yaml", "--quiet")
    front.answer(lambda *_: "no")
    shown = front.type("compare", *words)
    assert shown.exit_code == 2
    assert why in shown.err
    assert not front.transport.asked


def test_other_variants_are_not_compared_as_runs(front: Front) -> None:
    """Runs that share no variant say so; by the axis that they differ in they can be compared."""
    for value in ("0", "1.5"):
        front.type("play", "hello.yaml", "--axis", f"temperature={value}", "--repeat", "3", "--quiet")
    names = [
        each.name
        for each in sorted((front.folder / "outputs").iterdir(), key=lambda each: each.stat().st_mtime)
    ]
    shown = front.type("compare", *names)
    assert shown.exit_code == 2
    assert "no variant is in all of these runs" in shown.err
    document = found(front, "compare", *names, "--by", "temperature")
    assert {each["label"]: each["trials"] for each in document["cells"]} == {"0": 6, "1.5": 6}


def test_a_comparison_is_judged_anew(front: Front) -> None:
    """`judge` takes all of its trials, the twin's as well; its run is a comparison still."""
    front.type(*WORDS, "--quiet")
    front.write("hello.yaml", SCENARIO.replace("icontains: hello", "icontains: well"))
    shown = front.type("judge", "latest", "--quiet")
    assert shown.exit_code == 0, shown.err
    judged = max((front.folder / "outputs").iterdir(), key=lambda each: each.stat().st_mtime).name
    document = found(front, "compare", judged)
    assert {name: each["measured"] for name, each in cells(document).items()} == dict.fromkeys(
        ("0", "again", "0.7", "1.5"), 8
    )
    assert cells(document)["0"]["passed"] == 0


def test_a_trial_of_the_twin_is_played_again_by_its_number(front: Front) -> None:
    """`show --failed` tells a command that plays it, though no scenario has so many repeats."""
    front.write("hello.yaml", SCENARIO.replace("icontains: hello", "icontains: well"))
    front.type(*WORDS, "--quiet")
    shown = front.type("show", "latest", "hello[case=anna,temperature=0]#7", "--failed")
    line = next(line for line in shown.out.splitlines() if line.startswith("play it again: "))
    assert "--trial 7 --repeat 7" in line
    front.answer(warm)
    assert front.type(*line.removeprefix("play it again: runner ").split()).exit_code == 0
    assert {each.request.draw for each in front.transport.asked} == {7}


def test_paths_and_runs_are_completed(front: Front) -> None:
    """Behind the command stand scenario files, and the runs that were played."""
    import typer
    from typer.main import get_command

    from runner.cli import app
    from runner.cli.experiment import _paths_or_runs

    front.type(*WORDS, "--quiet")
    context = typer.Context(get_command(app))
    assert _paths_or_runs(context, "hel") == ["hello.yaml"]
    assert _paths_or_runs(context, "lat") == ["latest"]
    assert front.run_folder.name in _paths_or_runs(context, "")


def real(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, over a real connection."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "runner", *words]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("refused", ["1.5", "0", "rest"])
def test_a_value_that_the_model_refuses_is_a_result(tmp_path: Path, refused: str) -> None:
    """It is one cell's, in the server's words, and asked no more; only where nothing is left to compare is that 4."""
    values: dict[str, set[float]] = {"1.5": {1.5}, "0": {0}, "rest": {0.7, 1.5}}
    bad = values[refused]

    def respond(record: Record) -> Respond:
        if record.body["temperature"] in bad:
            return refuse(
                400, "Only the default is supported.", param="temperature", code="unsupported_value"
            )
        return echo(record)

    (tmp_path / "hello.yaml").write_text(SCENARIO, encoding="utf-8")
    with LoopbackApi(respond) as api:
        (tmp_path / "runner.toml").write_text(
            f'provider = "api"\n[providers.api]\nbase_url = "{api.base_url}"\nmodels = {{ main = "m" }}\nin_flight = 2\n',
            encoding="utf-8",
        )
        done = real(tmp_path, *WORDS)
        asked = Counter(body["temperature"] for body in api.bodies)
    assert done.returncode == (0 if refused == "1.5" else 4), done.stderr
    told = " ".join(done.stdout.split())
    assert (
        "the model refuses this value: api does not take temperature as it was sent (400: Only the default"
        in told
    )
    said = {
        "1.5": "",
        "0": "nothing is compared: 0, which",
        "rest": "nothing is compared: no other value than 0",
    }
    assert said[refused] in done.stderr
    assert ("nothing is compared" in done.stderr) == (refused != "1.5")
    assert all(asked[value] <= 2 for value in bad)
    assert all(asked[value] >= 16 for value in {0, 0.7, 1.5} - bad)
    again = real(tmp_path, "compare", "latest", "--json")
    assert again.returncode == done.returncode
    statuses = {each["value"]: each["status"] for each in json.loads(again.stdout)["cells"]}
    assert statuses == {value: "unsupported" if value in bad else "played" for value in (0, 0.7, 1.5)}
