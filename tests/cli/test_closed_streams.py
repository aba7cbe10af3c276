"""Whole runs whose readers go away: the run is played to its end, kept, and ends with its own code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from runner.core.event import Answered
from runner.store.folder import RunFolder, find_run
from runner.store.journal import read_journal
from tests.loopback import LoopbackApi, Record, Respond, echo, refuse

ROOT = Path(__file__).parents[2]
ONE = "name: talk\nturns: [one, two, three, four, five, six, seven, eight]\n"
MANY = "name: talk\nturns: [first, {user: second, expect: {contains: second}}]\nrepeat: 4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.yaml").write_text(ONE, encoding="utf-8")
    (tmp_path / "many.yaml").write_text(MANY, encoding="utf-8")
    return tmp_path


def soon(record: Record) -> Respond:
    """A reply that comes when the readers are gone."""
    return echo(record).after(0.02)


def start(
    folder: Path, api: LoopbackApi, *words: str, out: int | IO[bytes], err: int | IO[bytes], **env: str
) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "runner", *words],
        cwd=folder,
        env={
            **kept,
            "PYTHONPATH": str(ROOT),
            "OPENAI_API_KEY": "sk-test-0123456789",
            "OPENAI_BASE_URL": api.base_url,
            **env,
        },
        stdout=out,
        stderr=err,
    )


def play(folder: Path, api: LoopbackApi, closed: str, *words: str) -> tuple[int, bytes]:
    """Play with one stream, or both, closed from the start; the exit code, and what the other stream was told."""
    process = start(folder, api, "play", *words, out=subprocess.PIPE, err=subprocess.PIPE)
    streams = {"stdout": process.stdout, "stderr": process.stderr}
    said = b""
    for name, stream in streams.items():
        assert stream is not None
        if closed in {name, "both"}:
            stream.close()
    for stream in streams.values():
        assert stream is not None
        if not stream.closed:
            said += stream.read()
            stream.close()
    return process.wait(60), said


def require_whole(folder: Path, api: LoopbackApi, trials: int) -> RunFolder:
    """Every request that was sent is answered in the journal, and each trial has its transcript."""
    run = find_run("latest", folder / "outputs")
    answered = [event for event in read_journal(run.journal) if isinstance(event, Answered)]
    assert len(answered) == len(api.records)
    assert len(run.transcripts.read_bytes().splitlines()) == trials
    return run


@pytest.mark.parametrize("closed", ["stdout", "stderr", "both"])
@pytest.mark.parametrize(("name", "trials"), [("one.yaml", 1), ("many.yaml", 4)])
def test_a_run_outlives_its_readers(folder: Path, name: str, trials: int, closed: str) -> None:
    """With stdout, stderr or both closed, all is sent, answered and kept, the code is 0, and nobody complains."""
    with LoopbackApi(soon) as api:
        code, said = play(folder, api, closed, name)
    assert code == 0, said
    assert len(api.records) == 8
    run = require_whole(folder, api, trials)
    assert run.read_manifest().status == "finished"
    assert b"Broken" not in said
    if closed == "stdout":
        assert said.startswith(b"playing 1 scenario")
        assert b"runner show latest" in said
    if closed == "stderr":
        assert said.endswith(b"transcripts.jsonl\n")


@pytest.mark.parametrize("words", [["--json"], ["--quiet"]])
def test_a_result_without_a_reader(folder: Path, words: list[str]) -> None:
    """Where all that is written is written at the end, a closed stdout changes nothing else."""
    with LoopbackApi(soon) as api:
        assert play(folder, api, "stdout", "many.yaml", *words) == (0, b"")
    require_whole(folder, api, 4)


def test_a_reader_of_one_line(folder: Path) -> None:
    """`2>&1 | head -1` reads its line and goes away while replies are under way; the run goes on."""
    with LoopbackApi(soon) as api:
        process = start(folder, api, "play", "many.yaml", out=subprocess.PIPE, err=subprocess.STDOUT)
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"playing")
        process.stdout.close()
        assert process.wait(60) == 0
    assert len(api.records) == 8
    require_whole(folder, api, 4)


def test_an_incomplete_run_without_readers(folder: Path) -> None:
    """Where something is unanswered, the code is 4 whoever reads of it."""

    def answer(record: Record) -> Respond:
        return refuse(400, "no") if record.number == 0 else soon(record)

    with LoopbackApi(answer) as api:
        assert play(folder, api, "both", "many.yaml", "--in-flight", "1") == (4, b"")
    assert len(api.records) == 7
    require_whole(folder, api, 4)


def test_before_a_run(folder: Path) -> None:
    """A scenario that cannot be played ends with 2, also where nobody can be told."""
    (folder / "bad.yaml").write_text("turnz: [hello]\n", encoding="utf-8")
    with LoopbackApi(soon) as api:
        assert play(folder, api, "both", "bad.yaml") == (2, b"")
        assert api.records == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for another program")
def test_an_interrupted_run_without_readers(folder: Path) -> None:
    """Ctrl-C waits for the replies under way, keeps them and ends with 130; then the run can be gone on with."""
    with LoopbackApi(lambda record: echo(record).after(0.5)) as api:
        process = start(folder, api, "play", "many.yaml", out=subprocess.PIPE, err=subprocess.PIPE)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
        while not api.records and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        require_whole(folder, api, 4)
        assert len(api.records) < 8
        assert play(folder, api, "both", "--resume", "latest") == (0, b"")
    assert len(api.records) == 8
    require_whole(folder, api, 4)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
@pytest.mark.parametrize("closing", [">&- 2>&-", "<&- >&- 2>&-"])
def test_streams_that_never_were(folder: Path, closing: str) -> None:
    """Streams that were closed before the program began are no trouble, and no file of the run takes their place."""
    with LoopbackApi(soon) as api:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        code = subprocess.run(
            ["/bin/sh", "-c", f'"$0" -m runner play many.yaml {closing}', sys.executable],
            cwd=folder,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "OPENAI_API_KEY": "sk-test-0123456789",
                "OPENAI_BASE_URL": api.base_url,
            },
            capture_output=True,
            timeout=60,
            check=False,
        ).returncode
    assert code == 0
    assert len(api.records) == 8
    run = require_whole(folder, api, 4)
    for line in run.transcripts.read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["status"] == "finished"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
@pytest.mark.parametrize(("name", "trials"), [("one.yaml", 1), ("many.yaml", 4)])
def test_a_terminal_that_vanishes(folder: Path, name: str, trials: int) -> None:
    """Where the terminal is gone in the midst of a run, what was drawn on it is drawn no more, and the run goes on."""
    import pty

    mine, theirs = pty.openpty()
    with LoopbackApi(lambda record: echo(record).after(0.1)) as api:
        process = start(folder, api, "play", name, "--in-flight", "1", out=theirs, err=theirs, TERM="xterm")
        os.close(theirs)
        while not api.records and process.poll() is None:
            os.read(mine, 65536)
        os.close(mine)
        assert process.wait(60) == 0
    assert len(api.records) == 8
    require_whole(folder, api, trials)


def test_what_only_prints_ends_quietly(folder: Path) -> None:
    """A command that does nothing but print says nothing when its reader is gone, on either stream."""
    with LoopbackApi(soon) as api:
        for words in (["schema"], ["validate", "one.yaml"], ["play", "one.yaml", "--dry-run"]):
            process = start(folder, api, *words, out=subprocess.PIPE, err=subprocess.PIPE)
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            process.stderr.close()
            assert process.wait(60) == 141
