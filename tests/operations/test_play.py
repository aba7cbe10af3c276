"""Whole runs against a server that stands for the API and records what it is sent."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.core.change import Changes
from runner.core.event import Answered
from runner.core.run import Run
from runner.errors import StoreError
from runner.operations.play import resume
from runner.operations.stage import Asked, stage
from runner.store.folder import RunFolder, find_run
from runner.store.journal import read_journal
from tests.loopback import LoopbackApi, Record, Respond, completion, in_turn, refuse, reply_text

REPOSITORY = Path(__file__).parents[2]
SCENARIO = """
name: talk
system: Be brief.
params: {temperature: 0.5}
turns:
  - first for {{ who }}
  - user: second
    params: {temperature: 0}
    expect: {contains: second}
  - assistant: a gold line
  - third
vars: {who: nobody}
cases:
  - {id: a, who: Ada}
  - {id: b, who: Bo}
matrix:
  temperature: [0.1, 0.9]
repeat: 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "talk.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def environment(api: LoopbackApi) -> dict[str, str]:
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "VIRTUAL_ENV") if name in os.environ
    }
    return {**kept, "OPENAI_API_KEY": "sk-test-0123456789", "OPENAI_BASE_URL": api.base_url, "CI": "1"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "runner", *arguments]


def run(folder: Path, api: LoopbackApi, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(api),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def transcripts(folder: Path) -> list[dict[str, Any]]:
    path = find_run("latest", folder / "outputs").transcripts
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def unequal(record: Record) -> Respond:
    """Replies that no two requests share, so that a history of another repeat cannot be mistaken for one's own."""
    text = f"{reply_text(record.messages)} (reply {record.number})"
    return completion(text, record=record).after(0.002 * (record.number % 7))


def test_the_nth_request_holds_the_first_n_lines_and_the_replies_that_were_given(folder: Path) -> None:
    """System message, user and gold lines and the server's own replies, in order, under concurrency, for each repeat."""
    with LoopbackApi(unequal) as api:
        played = run(folder, api, "play", "talk.yaml", "--in-flight", "8")
    assert played.returncode == 0, played.stderr
    assert len(api.records) == 36
    given = {f"{reply_text(record.messages)} (reply {record.number})" for record in api.records}
    lengths: Counter[int] = Counter()
    for record in api.records:
        said = record.messages
        lengths[len(said)] += 1
        who = said[1]["content"].split()[-1]
        assert said[0] == {"role": "system", "content": "Be brief."}
        script = ["first for " + who, None, "second", None, "a gold line", "third"]
        roles = ["user", "assistant", "user", "assistant", "assistant", "user"]
        for place, message in enumerate(said[1:]):
            assert message["role"] == roles[place]
            if script[place] is None:
                assert message["content"] in given
                before = reply_text(said[: place + 1])
                assert message["content"].startswith(before), "a reply to another history"
            else:
                assert message["content"] == script[place]
        own = 0 if len(said) == 4 else None
        assert (
            record.body["temperature"] == own if own is not None else record.body["temperature"] in {0.1, 0.9}
        )
        assert set(record.body) == {"messages", "model", "temperature"}
    assert lengths == {2: 12, 4: 12, 7: 12}
    third = Counter(json.dumps(record.messages) for record in api.records if len(record.messages) == 7)
    assert max(third.values()) == 1, "two repeats shared a history"


def test_transcripts_hold_the_whole_list_and_can_be_sent_again(folder: Path) -> None:
    """12 lines in plan order; messages are what the last request held, plus the last reply."""
    with LoopbackApi(unequal) as api:
        run(folder, api, "play", "talk.yaml")
        lines = transcripts(folder)
        last = {json.dumps(record.messages): record for record in api.records if len(record.messages) == 7}
    ids = [line["id"] for line in lines]
    assert ids[:4] == [
        "talk[case=a,temperature=0.1]#1", "talk[case=a,temperature=0.1]#2", "talk[case=a,temperature=0.1]#3",
        "talk[case=a,temperature=0.9]#1",
    ]  # fmt: skip
    assert len(ids) == len(set(ids)) == 12
    for line in lines:
        assert json.dumps(line["messages"][:-1]) in last
        assert line["messages"][-1]["role"] == "assistant"
        assert [turn["status"] for turn in line["turns"]] == ["heard", "heard", "given", "heard"]
        assert line["turns"][1]["verdicts"][0]["outcome"] == "passed"
        assert line["turns"][1]["params"] == {"temperature": 0}
        exchange = line["turns"][0]["exchanges"][0]
        assert exchange["request_id"]
        assert exchange["usage"]["cached_tokens"] == 16
        assert exchange["attempts"] == [{"outcome": "replied", "waited_s": 0, "status": 200}]


def test_a_failed_exchange_ends_its_conversation_and_no_other(folder: Path) -> None:
    """Where a second turn is refused no third is sent; the others are played, and the code is 4."""

    def answer(record: Record) -> Respond:
        if len(record.messages) == 4 and "Ada" in record.messages[1]["content"]:
            return refuse(400, "temperature is not supported", param="temperature")
        return unequal(record)

    with LoopbackApi(answer) as api:
        played = run(folder, api, "play", "talk.yaml")
    assert played.returncode == 4
    assert Counter(line["status"] for line in transcripts(folder)) == {"finished": 6, "unanswered": 6}
    assert Counter(len(record.messages) for record in api.records) == {2: 12, 4: 12, 7: 6}
    failed = next(line for line in transcripts(folder) if line["status"] == "unanswered")
    assert failed["error"]["kind"] == "refused_parameter"
    assert failed["error"]["param"] == "temperature"
    assert [turn["status"] for turn in failed["turns"]] == ["heard", "unanswered", "skipped", "skipped"]


def test_a_passing_fault_is_tried_again_and_recorded(folder: Path) -> None:
    """A 500 and a 429 are met by another try of the same request; each attempt stands in the transcript."""
    fault = in_turn(refuse(500), refuse(429, headers={"retry-after-ms": "1"}), unequal)
    with LoopbackApi(fault) as api:
        played = run(
            folder,
            api,
            "play",
            "talk.yaml",
            "--case",
            "a",
            "--trial",
            "1",
            "--temperature",
            "1",
            "--in-flight",
            "1",
        )
    assert played.returncode == 0, played.stderr
    assert len(api.records) == 5
    assert api.records[0].messages == api.records[1].messages == api.records[2].messages
    [line] = transcripts(folder)
    attempts = line["turns"][0]["exchanges"][0]["attempts"]
    assert [attempt["outcome"] for attempt in attempts] == ["server_error", "rate_limited", "replied"]


def test_odd_text_is_written_and_read_back_unchanged(folder: Path) -> None:
    """U+2028, lone surrogates, NUL, terminal sequences and a megabyte come through journal and transcript as they were."""
    odd = "a\u2028b\u0085c\x00d\x1b[2Je \ud800 漢字 \U0001f600 " + "x" * 1_000_000
    with LoopbackApi(lambda record: completion(odd, record=record)) as api:
        (folder / "one.yaml").write_text("turns: [hello]", encoding="utf-8")
        played = run(folder, api, "play", "one.yaml")
        shown = run(folder, api, "show", "latest", "--no-pager")
    assert played.returncode == 0, played.stderr
    [line] = transcripts(folder)
    assert line["messages"][-1]["content"] == odd
    raw = find_run("latest", folder / "outputs").transcripts.read_bytes()
    assert "漢字 😀".encode() in raw
    assert b"\x1b" not in raw
    assert "\x1b" not in played.stdout + played.stderr + shown.stdout + shown.stderr
    assert "\x00" not in shown.stdout


@pytest.fixture
def slow() -> Iterator[LoopbackApi]:
    def answer(record: Record) -> Respond:
        return completion(reply_text(record.messages), record=record).after(0.03)

    with LoopbackApi(answer) as api:
        yield api


def settle(line: dict[str, Any]) -> dict[str, Any]:
    """A transcript without what no two runs share: names, times, ids of requests."""
    for turn in line["turns"]:
        for exchange in turn["exchanges"]:
            for key in ("started_at", "latency_s", "in_flight", "request_id"):
                exchange.pop(key)
    return {key: value for key, value in line.items() if key not in {"run", "started_at", "duration_s"}}


@pytest.mark.parametrize("after", [1, 7, 20])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_and_resumed_nothing_answered_is_asked_again(
    folder: Path, slow: LoopbackApi, after: int
) -> None:
    """Killed with -9 and resumed, the transcripts equal those of an undisturbed run, and no journalled request is resent."""
    process = subprocess.Popen(
        command("play", "talk.yaml", "--in-flight", "4"),
        cwd=folder, env=environment(slow), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(slow.records) < after and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed = find_run("latest", folder / "outputs")
    answered = [event for event in read_journal(killed.journal) if isinstance(event, Answered)]
    before = len(slow.records)
    resumed = run(folder, slow, "play", "--resume", "latest")
    assert resumed.returncode == 0, resumed.stderr
    assert len(slow.records) - before == 36 - len(answered)
    whole = [settle(line) for line in transcripts(folder)]
    slots: dict[str, list[str]] = defaultdict(list)
    for event in read_journal(killed.journal):
        if isinstance(event, Answered):
            slots[event.trial].append(event.slot)
    assert all(found == ["turns[0]", "turns[1]", "turns[3]"] for found in slots.values())
    assert len(slots) == 12
    run(folder, slow, "play", "talk.yaml", "--in-flight", "4")
    assert whole == [settle(line) for line in transcripts(folder)]


def test_a_run_that_is_over_has_nothing_left_to_play(folder: Path, slow: LoopbackApi) -> None:
    """Resuming a finished run sends nothing and ends with 0."""
    run(folder, slow, "play", "talk.yaml")
    before = len(slow.records)
    assert run(folder, slow, "play", "--resume", "latest").returncode == 0
    assert len(slow.records) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child")
def test_an_interrupted_run_keeps_what_was_heard_and_says_how_to_go_on(
    folder: Path, slow: LoopbackApi
) -> None:
    """Ctrl-C ends with 130 after the replies under way; transcripts are there, and resuming finishes the run."""
    process = subprocess.Popen(
        command("play", "talk.yaml", "--in-flight", "2"),
        cwd=folder, env=environment(slow), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(slow.records) < 5 and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 130, error
    assert "--resume" in out + error
    assert transcripts(folder)
    events = list(read_journal(find_run("latest", folder / "outputs").journal))
    assert Run.fold(events).stopped == "interrupted"
    assert len(slow.records) == sum(isinstance(event, Answered) for event in events)
    assert run(folder, slow, "play", "--resume", "latest").returncode == 0
    assert len(slow.records) == 36
    assert {line["status"] for line in transcripts(folder)} == {"finished"}


def test_a_changed_scenario_is_not_resumed(folder: Path, slow: LoopbackApi) -> None:
    """Where what would be sent has changed, the run is refused with the reason, and nothing is sent."""
    process = subprocess.Popen(
        command("play", "talk.yaml", "--in-flight", "1"),
        cwd=folder, env=environment(slow), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(slow.records) < 2 and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    process.wait()
    (folder / "talk.yaml").write_text(SCENARIO.replace("Be brief.", "Be long."), encoding="utf-8")
    before = len(slow.records)
    refused = run(folder, slow, "play", "--resume", "latest")
    assert refused.returncode == 2
    assert "no longer what" in refused.stderr
    assert len(slow.records) == before


def test_without_a_key_both_ways_on_are_named(folder: Path) -> None:
    """No key: nothing is sent, no run is made, and the message names .env and the embedded model."""
    with LoopbackApi() as api:
        bare = {name: value for name, value in environment(api).items() if name != "OPENAI_API_KEY"}
        played = subprocess.run(
            command("play", "talk.yaml"),
            cwd=folder,
            env=bare,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert played.returncode == 2
    assert ".env" in played.stderr
    assert "--provider local" in played.stderr
    assert not (folder / "outputs").exists()
    assert api.records == []


def test_the_key_stands_in_nothing_that_is_written_or_shown(folder: Path) -> None:
    """A server that repeats the key in its error gets it masked everywhere."""
    with LoopbackApi(lambda _record: refuse(401, "Incorrect API key provided: sk-test-0123456789")) as api:
        played = run(folder, api, "play", "talk.yaml")
    assert played.returncode == 4
    written = b"".join(path.read_bytes() for path in (folder / "outputs").rglob("*") if path.is_file())
    assert b"0123456789" not in written
    assert "0123456789" not in played.stdout + played.stderr


def test_a_run_is_resumed_from_any_working_folder(folder: Path, slow: LoopbackApi) -> None:
    """The paths that were typed stay relative to the folder in which they were typed."""
    process = subprocess.Popen(
        command("play", "talk.yaml", "--in-flight", "1"),
        cwd=folder, env=environment(slow), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(slow.records) < 2 and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    process.wait()
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    killed = find_run("latest", folder / "outputs").path
    resumed = run(elsewhere, slow, "play", "--resume", str(killed))
    assert resumed.returncode == 0, resumed.stderr
    assert {line["status"] for line in transcripts(folder)} == {"finished"}


def test_streamed_or_not_the_transcript_is_the_same(folder: Path) -> None:
    """Streaming changes what is watched, and the time to the first token, and nothing else."""
    found = []
    with LoopbackApi() as api:
        for how in ("--stream", "--no-stream"):
            assert run(folder, api, "play", "talk.yaml", how).returncode == 0
            found.append([settle(line) for line in transcripts(folder)])
        assert {record.streamed for record in api.records} == {True, False}
    for line in found[0]:
        for turn in line["turns"]:
            for exchange in turn["exchanges"]:
                assert exchange["ttft_s"] > 0
                exchange["ttft_s"] = None
    assert found[0] == found[1]


def test_files_are_sent_whole_and_kept_once(folder: Path) -> None:
    """An image goes out as a data URL, is stored once by its SHA-256, and stands as a reference in the transcript."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    (folder / "cat.png").write_bytes(picture)
    (folder / "see.yaml").write_text(
        "turns:\n  - user:\n      - {type: text, text: What is this?}\n"
        "      - {type: image_url, image_url: {url: {$file: cat.png}}}\n  - Are you sure?\nrepeat: 2\n",
        encoding="utf-8",
    )
    with LoopbackApi() as api:
        assert run(folder, api, "play", "see.yaml").returncode == 0
    sent = "data:image/png;base64," + base64.b64encode(picture).decode()
    assert all(record.messages[0]["content"][1]["image_url"]["url"] == sent for record in api.records)
    digest = hashlib.sha256(picture).hexdigest()
    for line in transcripts(folder):
        assert line["messages"][0]["content"][1]["image_url"]["url"] == f"data:image/png;sha256,{digest}"
    kept = list(find_run("latest", folder / "outputs").files.iterdir())
    assert [path.name for path in kept] == [digest]
    assert kept[0].read_bytes() == picture


def test_a_secret_is_sent_and_never_written(folder: Path) -> None:
    """The server gets the value; journal, transcript and terminal hold the mark, also where the model repeats it."""
    (folder / "secret.yaml").write_text(
        'vars: {token: {env: CRM_TOKEN, secret: true}}\nturns: ["My token is {{ token }}.", "Say it again."]\n',
        encoding="utf-8",
    )
    with LoopbackApi() as api:
        environ = {**environment(api), "CRM_TOKEN": 'top"secret\\value'}
        played = subprocess.run(
            command("play", "secret.yaml"),
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert played.returncode == 0, played.stderr
    assert api.records[1].messages[0]["content"] == 'My token is top"secret\\value.'
    assert 'top"secret\\value' in api.records[1].messages[1]["content"]
    written = b"".join(path.read_bytes() for path in (folder / "outputs").rglob("*") if path.is_file())
    assert b"secret\\" not in written
    assert b"<secret:CRM_TOKEN>" in written
    assert "top" not in played.stdout + played.stderr


def interrupted(
    folder: Path, slow: LoopbackApi, *arguments: str, after: int = 1
) -> subprocess.CompletedProcess[str]:
    """A run that gets Ctrl-C once the server has seen so many requests."""
    process = subprocess.Popen(
        command("play", *arguments), cwd=folder, env=environment(slow), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(slow.records) < after and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, out, error)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child")
def test_a_single_conversation_that_was_interrupted_is_resumed_to_its_end(
    folder: Path, slow: LoopbackApi
) -> None:
    """Where every trial had begun, resuming ends with 0 and the run is finished."""
    one = ("talk.yaml", "--case", "a", "--trial", "1", "--temperature", "1")
    assert interrupted(folder, slow, *one).returncode == 130
    assert run(folder, slow, "play", "--resume", "latest").returncode == 0
    manifest = find_run("latest", folder / "outputs").read_manifest()
    assert (manifest.status, manifest.reason) == ("finished", None)
    assert len(slow.records) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child")
def test_a_change_between_repeats_is_refused(folder: Path, slow: LoopbackApi) -> None:
    """A variant that was begun is not gone on with as another one, though some of its repeats have not begun."""
    assert interrupted(folder, slow, "talk.yaml", "--in-flight", "1", after=4).returncode == 130
    (folder / "talk.yaml").write_text(SCENARIO.replace("second\n", "other\n"), encoding="utf-8")
    before = len(slow.records)
    refused = run(folder, slow, "play", "--resume", "latest")
    assert refused.returncode == 2
    assert "what would be sent" in refused.stderr
    assert "--accept-changes" in refused.stderr
    assert len(slow.records) == before


def test_a_file_that_was_kept_in_part_is_kept_anew(tmp_path: Path) -> None:
    """What is sent is what the scenario's file held, whatever a killed program left in its place."""
    content = b"picture" * 100
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "cat.png").write_bytes(content)
    folder = RunFolder(tmp_path)
    folder.files.mkdir()
    (folder.files / digest).write_bytes(content[:50])
    with pytest.raises(StoreError, match="SHA-256 differs"):
        folder.read_file(digest)
    folder.keep_file(digest, tmp_path / "cat.png")
    assert folder.read_file(digest) == content


def test_cut_at_every_line_a_run_is_resumed_to_the_same_transcripts(folder: Path) -> None:
    """The law of the journal, held by the whole program: same transcripts, nothing sent again that was answered."""

    def answer(record: Record) -> Respond:
        if len(record.messages) == 4 and "Bo" in record.messages[1]["content"]:
            return refuse(400, "no", param="temperature")
        return completion(reply_text(record.messages), record=record)

    (folder / "short.yaml").write_text(
        SCENARIO.replace("repeat: 3", "on_failed_check: stop"), encoding="utf-8"
    )
    with LoopbackApi(answer) as api:
        played = run(folder, api, "play", "short.yaml", "--temperature", "1", "--in-flight", "1")
        assert played.returncode == 4
        whole = find_run("latest", folder / "outputs")
        lines = whole.journal.read_bytes().split(b"\n")[:-1]
        expected = [settle(line) for line in transcripts(folder)]
        for kept in range(1, len(lines)):
            whole.journal.write_bytes(b"".join(line + b"\n" for line in lines[:kept]) + lines[kept][:20])
            answered = sum(b'"event":"answered"' in line for line in lines[:kept])
            api.records.clear()
            asked = Asked(paths=("short.yaml",), changes=Changes(params={"temperature": 1}))
            staged = stage(asked, folder, {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": api.base_url})
            resume(whole, lambda *_, staged=staged: staged, Nobody())
            assert len(api.records) == 5 - answered, kept
            assert [settle(line) for line in transcripts(folder)] == expected, kept


class Nobody:
    """An audience that does not look."""

    def opens(self, *_: object) -> None: ...
    def hears(self, *_: object) -> None: ...
    def watches(self, *_: object) -> None: ...
    def stopping(self, *_: object) -> None: ...
    def closes(self, *_: object) -> None: ...


def test_a_pair_of_provider_and_model_that_does_not_fit_is_found_before_anything_is_sent(
    folder: Path,
) -> None:
    """Every pair that is played is tried; one that the selection leaves out needs neither key nor model."""
    (folder / "pairs.yaml").write_text(
        "turns: [hi]\nmatrix: {provider: [openai, local], model: [main, gpt-x]}\n", encoding="utf-8"
    )
    with LoopbackApi() as api:
        refused = run(folder, api, "play", "pairs.yaml")
        assert refused.returncode == 2
        assert "gpt-x" in refused.stderr
        assert api.records == []
        played = run(folder, api, "play", "pairs.yaml", "--where", "provider=openai")
    assert played.returncode == 0, played.stderr
    assert len(api.records) == 2


def test_time_waited_for_another_try_counts(folder: Path) -> None:
    """A conversation lasts from its first request, not from the try that was answered."""
    fault = in_turn(refuse(429, headers={"retry-after-ms": "300"}), unequal)
    (folder / "one.yaml").write_text("turns: [hello]", encoding="utf-8")
    with LoopbackApi(fault) as api:
        assert run(folder, api, "play", "one.yaml").returncode == 0
    [line] = transcripts(folder)
    assert line["duration_s"] >= 0.3
    assert line["turns"][0]["exchanges"][0]["attempts"][1]["waited_s"] >= 0.3


def test_totals_are_null_where_nothing_is_known(folder: Path) -> None:
    """A run whose only request was refused claims neither tokens nor cost, in no file and on no screen."""
    (folder / "one.yaml").write_text("turns: [hello]", encoding="utf-8")
    with LoopbackApi(lambda _record: refuse(401, "no")) as api:
        shown = run(folder, api, "play", "one.yaml", "--json")
    totals = json.loads(shown.stdout)["totals"]
    manifest = find_run("latest", folder / "outputs").read_manifest()
    for found in (totals, manifest.totals):
        assert (found["prompt_tokens"], found["completion_tokens"], found["cost_usd"]) == (None, None, None)
    assert transcripts(folder)[0]["usage"]["prompt_tokens"] is None
