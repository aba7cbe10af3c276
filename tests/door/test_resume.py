"""A run that goes on, with the limits and the recordings of this time."""

import asyncio
import shutil
from pathlib import Path

import pytest

import runner
from tests.loopback import LoopbackApi


def test_a_run_that_a_limit_ended_goes_on_with_a_higher_one(api: LoopbackApi) -> None:
    """What is not said anew is as it was: the limit holds until another one is given."""
    run = runner.play("talk.yaml", max_tokens_total=1)
    assert (runner.resume(run).status, api.records) == ("stopped", [])
    again = asyncio.run(runner.aresume(run.name, max_tokens_total=100_000))
    assert (again.name, again.status, again.reason) == (run.name, "finished", None)
    assert len(api.records) == 2


def test_a_limit_can_be_said_when_a_run_goes_on(api: LoopbackApi) -> None:
    """What the run has taken already counts."""
    run = runner.play("talk.yaml", repeat=1)
    assert runner.resume(run, max_tokens_total=1).status == "finished", "nothing is left to send"
    sent = len(api.records)
    with pytest.raises(runner.UsageError, match="max_cost should be US dollars"):
        runner.resume(run, max_cost=-1)
    assert len(api.records) == sent


def test_a_run_goes_on_with_recordings_that_it_did_not_begin_with(
    api: LoopbackApi, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are named from where one stands, also where the run was begun in another folder."""
    runner.play("talk.yaml", cassettes="tapes", mode="record")
    run = runner.play("talk.yaml", max_tokens_total=1)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    shutil.move(folder / "tapes", elsewhere / "tapes")
    monkeypatch.chdir(elsewhere)
    again = runner.resume(run, cassettes="tapes", mode="replay")
    assert again.status == "finished"
    assert len(api.records) == 2


def test_a_mode_needs_recordings(api: LoopbackApi) -> None:
    """The run's own will do; where it has none, the sentence names the parameter."""
    run = runner.play("talk.yaml", max_tokens_total=1)
    with pytest.raises(runner.UsageError, match='mode="record" needs cassettes'):
        runner.resume(run, mode="record")
    recorded = runner.play("talk.yaml", cassettes="tapes", mode="record", max_tokens_total=1)
    assert runner.resume(recorded, mode="fill", max_tokens_total=100_000).status == "finished"
    assert len(api.records) == 2
