"""Whole runs where everything fails: found out once, quickly, and ended in order."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import LoopbackApi, Respond, closed_port, echo, refuse

MANY = "name: many\nturns: [first, second, third]\nrepeat: 200\n"


def start(folder: Path, base_url: str, *arguments: str, settings: str = "") -> "subprocess.Popen[str]":
    """A run in a process of its own."""
    (folder / "many.yaml").write_text(MANY, encoding="utf-8")
    (folder / "runner.toml").write_text(
        f'provider = "p"\n[providers.p]\nbase_url = "{base_url}"\napi_key_env = "P_KEY"\nmodels = {{main = "m"}}\n'
        f"{settings}\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "P_KEY": "sk-test-0123456789", "CI": "1"}
    command = [sys.executable, "-m", "runner", "play", *(arguments or ["many.yaml"])]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def failures(folder: Path) -> Counter[str]:
    """How many answers the journal holds of each kind."""
    journal = next(folder.glob("outputs/*/journal.jsonl"))
    events: Sequence[Any] = [
        json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()[1:]
    ]
    return Counter(
        (event["answer"].get("failure") or {"kind": "replied"})["kind"]
        for event in events
        if event["event"] == "answered"
    )


def test_a_dead_server_is_found_out_once(tmp_path: Path) -> None:
    """Two hundred conversations with nobody end in about the time of one request's tries, told in one line."""
    began = time.monotonic()
    out, _ = start(tmp_path, f"http://127.0.0.1:{closed_port()}/v1").communicate(timeout=120)
    assert (
        time.monotonic() - began < 40
    )  # the pauses of one request come to 15 s at most; the rest is for slow machines
    assert failures(tmp_path) == {"unreachable": 200}
    assert out.count("unreachable") == 1
    assert "200 trials" in out


@pytest.mark.parametrize(
    ("respond", "kind"),
    [
        (refuse(401, "Incorrect API key", code="invalid_api_key"), "not_allowed"),
        (refuse(404, "no model m", code="model_not_found"), "no_such_model"),
        (refuse(429, "You exceeded your quota", code="insufficient_quota"), "no_credit"),
    ],
)
def test_a_refusal_of_all_is_found_out_once(tmp_path: Path, respond: Respond, kind: str) -> None:
    """A refused key costs as many requests as were under way, not one for each conversation."""
    with LoopbackApi(lambda _: respond.after(0.1)) as api:
        run = start(tmp_path, api.base_url)
        out, _ = run.communicate(timeout=120)
        assert len(api.records) <= 16
    assert run.returncode == 4
    assert failures(tmp_path) == {kind: 200}
    assert out.count(kind) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a signal ends a process there at once")
@pytest.mark.parametrize(
    ("respond", "settings"),
    [(refuse(429, headers={"retry-after": "90"}), ""), (None, "requests_per_minute = 3")],
    ids=["retry-after", "rate"],
)
def test_an_interrupted_run_does_not_wait_for_what_only_waits(
    tmp_path: Path, respond: Respond | None, settings: str
) -> None:
    """A signal ends a run at once where nothing is under way, however long a server or a rate would have it wait."""
    with LoopbackApi(echo if respond is None else lambda _: respond) as api:
        run = start(tmp_path, api.base_url, settings=settings)
        sent = 3 if respond is None else 1  # a refusal of one slows all that share its limit
        while len(api.records) < sent:
            time.sleep(0.02)
        time.sleep(0.5)
        run.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, err = run.communicate(timeout=60)
        assert len(api.records) == sent
    assert time.monotonic() - began < 4
    assert run.returncode == 130
    assert "--resume" in err


def test_a_run_that_a_limit_ended_goes_on(tmp_path: Path) -> None:
    """Money is reserved before it is spent: the limit is never gone beyond, and more of it plays the rest, each line once."""
    prices = "prices = {m = {input = 1.0, cached_input = 0.1, output = 4.0}}"
    with LoopbackApi() as api:
        first = start(
            tmp_path,
            api.base_url,
            "many.yaml",
            "--max-cost",
            "0.01",
            "--set",
            "params.max_tokens=20",
            settings=prices,
        )
        out, err = first.communicate(timeout=120)
        assert first.returncode == 4
        assert "--max-cost 0.01 is reached" in out
        assert "--max-cost 0.02" in err
        manifest = json.loads(next(tmp_path.glob("outputs/*/run.json")).read_text(encoding="utf-8"))
        assert (manifest["status"], manifest["reason"]) == ("stopped", "--max-cost 0.01 is reached")
        assert 0.008 < manifest["totals"]["cost_usd"] <= 0.01
        again = start(tmp_path, api.base_url, "--resume", "latest", "--max-cost", "1", settings=prices)
        again.communicate(timeout=120)
        assert again.returncode == 0
        assert len(api.records) == 600
    assert failures(tmp_path) == {"replied": 600}
