"""Whole runs with recordings, against a server that stands for the API and counts what it is sent."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from runner.operations.cassettes import prune, status_of
from runner.operations.stage import Asked, Stage, stage
from runner.store.folder import find_run
from tests.loopback import LoopbackApi, Record, Respond, completion, echo, refuse, reply_text
from tests.recorded import cassettes

KEY = "sk-test-0123456789"
SCENARIO = """
name: talk
system: |
  Be brief.
  You work for {{ shop }}.
params: {temperature: 0.5}
vars: {shop: Acme, token: {env: CRM_TOKEN, secret: true}}
turns:
  - first, with {{ token }}
  - user: second
    params: {temperature: 0}
    expect: {contains: second}
  - assistant: a gold line
  - third
matrix:
  temperature: [0.1, 0.9]
repeat: 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "talk.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def environment(base_url: str | None, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    reached = {} if base_url is None else {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": base_url}
    return {**kept, **reached, "CI": "1", **more}


SECRET = {"CRM_TOKEN": "hush-hush-0815"}


def run(
    folder: Path, base_url: str | None, *arguments: str, secret: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "runner", *arguments],
        cwd=folder,
        env=environment(base_url, **(SECRET if secret else {})),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def record(folder: Path, api: LoopbackApi, *arguments: str, mode: str = "record") -> None:
    done = run(folder, api.base_url, "play", "talk.yaml", "--cassettes", "tapes", "--mode", mode, *arguments)
    assert done.returncode == 0, done.stderr


def replay(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without key, address or secret."""
    return run(folder, None, "play", "talk.yaml", "--cassettes", "tapes", *arguments, secret=False)


def transcripts(folder: Path) -> list[dict[str, Any]]:
    path = find_run("latest", folder / "outputs").transcripts
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def said(folder: Path) -> list[Any]:
    return [(line["id"], line["status"], line["messages"], line["usage"]) for line in transcripts(folder)]


def record_and_kill(folder: Path, api: LoopbackApi) -> int:
    """Record with two requests in flight, and kill that in its midst; how many requests were sent."""
    words = ("play", "talk.yaml", "--cassettes", "tapes", "--mode", "record", "--in-flight", "2")
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", *words],
        cwd=folder,
        env=environment(api.base_url, **SECRET),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(api.records) < 8:
        time.sleep(0.01)
    process.kill()
    process.wait()
    time.sleep(0.1)
    return len(api.records)


def unequal(record: Record) -> Respond:
    """Replies that no two requests share; the secret is sent back."""
    text = f"{reply_text(record.messages)} (reply {record.number})"
    return completion(text, record=record).after(0.002 * (record.number % 7))


def staged(folder: Path, **asked: Any) -> Stage:
    known = {"paths": ("talk.yaml",), "cassettes": "tapes"}
    return stage(Asked.model_validate({**known, **asked}), folder, environment(None))


def test_a_run_is_replayed_without_a_connection_a_key_or_a_secret(folder: Path) -> None:
    """Everything is said as it was recorded, verdicts and tokens included; it is paid for by nobody, and says so."""
    with LoopbackApi(unequal) as api:
        record(folder, api, "--in-flight", "8")
        assert len(api.records) == 18
    recorded = said(folder)
    done = replay(folder)
    assert done.returncode == 0, done.stderr
    assert said(folder) == recorded
    exchanges = [each for line in transcripts(folder) for turn in line["turns"] for each in turn["exchanges"]]
    assert {(each["replayed"], each["cost_usd"]) for each in exchanges} == {(True, 0.0)}
    assert all(each["latency_s"] is not None for each in exchanges)
    assert "replayed from tapes" in done.stderr


def test_neither_keys_nor_secrets_stand_in_a_cassette(folder: Path) -> None:
    """A secret is its mark, in what was asked as in what came back."""
    with LoopbackApi(echo) as api:
        record(folder, api)
        assert any(SECRET["CRM_TOKEN"] in record.raw.decode() for record in api.records)
    for path in (folder / "tapes").iterdir():
        text = path.read_text(encoding="utf-8")
        assert SECRET["CRM_TOKEN"] not in text
        assert KEY not in text
    assert "<secret:CRM_TOKEN>" in (folder / "tapes" / "talk.jsonl").read_text(encoding="utf-8")


def test_a_changed_prompt_needs_recording_and_says_where_it_changed(folder: Path) -> None:
    """Not a failure of the model: its own state, its own sentence, the command that records it, exit code 4."""
    with LoopbackApi(echo) as api:
        record(folder, api)
    path = folder / "talk.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Acme", "Other"), encoding="utf-8")
    done = replay(folder)
    assert done.returncode == 4
    assert "needs recording: 1 scenario, 18 requests" in done.stdout
    expected = 'talk: the system message differs at line 2: recorded "You work for Acme.", asked "You work for Other."'
    assert expected in " ".join(done.stdout.split())
    assert "record it: python -m runner play --mode fill talk.yaml --cassettes tapes" in done.stderr
    assert "failed" not in done.stdout + done.stderr
    assert {line["status"] for line in transcripts(folder)} == {"unanswered"}
    assert {line["error"]["kind"] for line in transcripts(folder)} == {"not_recorded"}


def test_what_is_missing_is_counted_as_it_is_sent(folder: Path) -> None:
    """A run that fills sends exactly so many requests as were told, and nothing is missing afterwards."""
    with LoopbackApi(unequal) as api:
        record(folder, api, "--trial", "1", "--trial", "2")
        sent = len(api.records)
        found = json.loads(replay(folder, "--json").stdout)
        record(folder, api, mode="fill")
        assert found["recordings"]["needs"]["requests"] == len(api.records) - sent == 6
        assert found["recordings"]["needs"]["trials"] == 2
        assert found["recordings"]["needs"]["reasons"] == {
            "talk": "draw 3 of this question is not recorded, 1 and 2 were"
        }
        record(folder, api, mode="fill")
        assert len(api.records) == sent + 6
    assert replay(folder).returncode == 0


def test_the_estimate_says_about_how_much_it_costs(folder: Path) -> None:
    """From the settings' prices, and the length of what is sent."""
    (folder / "runner.toml").write_text(
        '[providers.openai.prices."gpt-5.4-mini"]\ninput = 1000\noutput = 1000\n', encoding="utf-8"
    )
    found = json.loads(replay(folder, "--json").stdout)
    assert 0.5 < found["recordings"]["needs"]["cost_usd"] < 10


def test_filling_without_a_key_is_refused_where_something_is_missing(folder: Path) -> None:
    """And only there."""
    with LoopbackApi(echo) as api:
        record(folder, api, "--trial", "1")
    assert run(folder, None, "play", "talk.yaml", "--cassettes", "tapes", "--mode", "fill").returncode == 2
    words = ("play", "talk.yaml", "--trial", "1", "--cassettes", "tapes", "--mode", "fill")
    assert run(folder, None, *words).returncode == 0


def test_a_whole_recording_anew_leaves_nothing_unused(folder: Path) -> None:
    """What nothing asks for any more goes; a part of the scenarios takes nothing from the rest."""
    with LoopbackApi(unequal) as api:
        record(folder, api)
        before = cassettes(folder / "tapes")
        record(folder, api, "--where", "temperature=0.1")
        assert len(cassettes(folder / "tapes")["talk.jsonl"].splitlines()) == 19
        assert cassettes(folder / "tapes") != before
        path = folder / "talk.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("Acme", "Other"), encoding="utf-8")
        record(folder, api, mode="fill")
        assert len(cassettes(folder / "tapes")["talk.jsonl"].splitlines()) == 37
        record(folder, api)
    assert len(cassettes(folder / "tapes")["talk.jsonl"].splitlines()) == 19
    assert replay(folder).returncode == 0


def test_what_a_server_refuses_for_good_is_replayed(folder: Path) -> None:
    """The same failure, of the same kind; a passing one is asked again."""
    (folder / "talk.yaml").write_text("name: talk\nturns: [one, two]\n", encoding="utf-8")
    with LoopbackApi(lambda _: refuse(400, "no such thing", param="temperature")) as api:
        run(folder, api.base_url, "play", "talk.yaml", "--cassettes", "tapes", "--mode", "record")
    assert replay(folder).returncode == 4
    (line,) = transcripts(folder)
    assert line["error"]["kind"] == "refused_parameter"
    with LoopbackApi(lambda _: refuse(401)) as api:
        run(folder, api.base_url, "play", "talk.yaml", "--cassettes", "tapes", "--mode", "record")
    replay(folder)
    assert transcripts(folder)[0]["error"]["kind"] == "refused_parameter"


def test_a_killed_recording_loses_no_reply(folder: Path) -> None:
    """Killed with SIGKILL at any moment, what had come is not asked again; filled up, it is as if nothing had happened."""
    with LoopbackApi(lambda record: echo(record).after(0.03)) as api:
        sent = record_and_kill(folder, api)
        answered = sent - 2  # those under way are lost with it
        record(folder, api, mode="fill")
        # The second turns of both variants are the same question, and asked once.
        assert len(api.records) - sent <= 15 - answered
        again = cassettes(folder / "tapes")
    assert len(again["talk.jsonl"].splitlines()) == 16
    assert replay(folder).returncode == 0
    with LoopbackApi(echo) as api:
        record(folder, api)
    assert cassettes(folder / "tapes") == again


def test_a_run_that_goes_on_goes_on_with_its_recordings(folder: Path) -> None:
    """Nothing that was recorded by its earlier part is asked again, also where it records anew."""
    with LoopbackApi(lambda record: unequal(record).after(0.03)) as api:
        sent = record_and_kill(folder, api)
        done = run(folder, api.base_url, "play", "--resume", "latest")
        assert done.returncode == 0, done.stderr
        assert len(api.records) - sent <= 18 - (sent - 2)
    recorded = said(folder)
    assert replay(folder).returncode == 0
    assert said(folder) == recorded


def test_a_run_that_needed_recording_goes_on_once_it_is_recorded(folder: Path) -> None:
    """`--resume --retry-unanswered --mode fill` asks what was missing, and nothing else."""
    with LoopbackApi(unequal) as api:
        record(folder, api, "--trial", "1")
        assert replay(folder).returncode == 4
        sent = len(api.records)
        words = ("play", "--resume", "latest", "--retry-unanswered", "--mode", "fill")
        done = run(folder, api.base_url, *words)
        assert done.returncode == 0, done.stderr
        assert len(api.records) - sent == 12
    assert {line["status"] for line in transcripts(folder)} == {"finished"}


def test_streamed_recordings_replay_unwatched_and_the_other_way_round(folder: Path) -> None:
    """Streaming is no part of a question."""
    with LoopbackApi(echo) as api:
        record(folder, api, "--stream")
        assert all(record.streamed for record in api.records)
    assert replay(folder, "--no-stream").returncode == 0
    assert replay(folder, "--stream").returncode == 0


def test_files_are_named_by_their_digest(folder: Path) -> None:
    """A cassette holds no file; the scenario does."""
    (folder / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 999)
    (folder / "talk.yaml").write_text(
        "name: talk\nturns:\n  - user:\n      - {type: text, text: look}\n"
        "      - {type: image_url, image_url: {url: {$file: dot.png}}}\n",
        encoding="utf-8",
    )
    with LoopbackApi(lambda record: completion("a dot", record=record)) as api:
        record(folder, api)
    assert replay(folder).returncode == 0
    text = (folder / "tapes" / "talk.jsonl").read_text(encoding="utf-8")
    assert "sha256," in text
    assert len(text) < 2000


def test_status_and_prune_follow_what_the_scenarios_ask(folder: Path) -> None:
    """What is missing, what is unused, which scenario is gone; pruning takes out what is unused and nothing else."""
    with LoopbackApi(unequal) as api:
        record(folder, api)
    tapes = folder / "tapes"
    (one,) = status_of(tapes, "tapes", staged(folder)).cassettes
    assert (one.scenario, one.exchanges, one.unused, one.missing, one.is_left) == ("talk", 18, 0, 0, False)
    assert one.models == ("gpt-5.4-mini-2026-03-17",)
    path = folder / "talk.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("- third", "- fourth"), encoding="utf-8")
    found = status_of(tapes, "tapes", staged(folder))
    assert (found.unused, found.cassettes[0].missing) == (6, 6)
    assert found.needs is not None
    assert found.needs.reasons["talk"] == 'user message 3 differs: recorded "third", asked "fourth"'
    before = cassettes(tapes)
    assert [each.exchanges for each in prune(tapes, "tapes", staged(folder), also_left=True, dry=True)] == [6]
    assert cassettes(tapes) == before
    prune(tapes, "tapes", staged(folder), also_left=True, dry=False)
    assert status_of(tapes, "tapes", staged(folder)).unused == 0
    path.write_text(path.read_text(encoding="utf-8").replace("name: talk", "name: walk"), encoding="utf-8")
    assert [each.is_left for each in status_of(tapes, "tapes", staged(folder)).cassettes] == [False, True]
    assert prune(tapes, "tapes", staged(folder), also_left=False, dry=False) == []
    prune(tapes, "tapes", staged(folder), also_left=True, dry=False)
    assert cassettes(tapes) == {}
    assert list(tapes.glob("*.jsonl")) == []


def test_what_changes_on_the_command_line_is_recorded_beside_the_rest(folder: Path) -> None:
    """Another model's recordings take nothing away, and each is replayed for itself."""
    with LoopbackApi(unequal) as api:
        record(folder, api)
        record(folder, api, "--model", "other-1")
    assert replay(folder).returncode == 0
    assert replay(folder, "--model", "other-1").returncode == 0
    assert replay(folder, "--model", "other-2").returncode == 4
    (turn, *_) = transcripts(folder)[0]["turns"]
    assert "the model differs" in turn["exchanges"][0]["error"]["message"]
