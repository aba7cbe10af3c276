"""The end of a run."""

from pathlib import Path

import pytest

from runner.core.message import Answer, Failure, Message, Request
from runner.transports.breaker import NOT_SENT
from tests.cli.front import Front, spoken

TWO = """\
name: two
turns:
  - user: Hello
    expect: {contains: teapot}
matrix: {seed: [1, 2, 3]}
"""


def test_a_resumed_run_is_told_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reasons and latencies of what was played before are read from the transcripts."""
    front = Front(tmp_path, monkeypatch)
    front.write("two.yaml", TWO)
    whole = front.type("play", "two.yaml", "--in-flight", "1").out
    journal = front.run_folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if b'"finished"' in line)
    journal.write_bytes(b"".join(lines[: first + 1]))
    resumed = front.type("play", "--resume", "latest").out
    assert resumed.count('✗ two[seed=1]#1, turn 1: contains: "teapot" is not in the reply') == 1
    assert "a check" not in resumed
    told = [text.rpartition("finished:")[0] for text in (whole, resumed)]
    assert told[0] == told[1]


def test_a_reason_that_many_share_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials that are unanswered for one reason are one line with their number; what else went wrong stands below it."""
    front = Front(tmp_path, monkeypatch)
    front.write("s.yaml", "name: s\nturns: [hello]\nrepeat: 200\n")

    def refuse(request: Request, _: list[Message]) -> Failure | Answer:
        if request.draw == 7:
            return Failure(kind="server_error", message="the server answered 500", status=500)
        words = NOT_SENT * (request.draw > 16) + "the key was refused"
        return Failure(kind="not_allowed", message=words, status=401)

    front.answer(refuse)
    lines = front.type("play", "s.yaml", width=120).out.splitlines()
    assert lines[0] == "  ✗ 199 trials: unanswered: not_allowed: the key was refused"
    assert lines[1] == "  ✗ s#7, turn 1: unanswered: server_error: the server answered 500"
    assert not lines[2]


def test_replies_that_were_cut_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply that the limit on tokens, or a filter, has cut is a reply; that it is not whole is said."""
    front = Front(tmp_path, monkeypatch)
    front.write("s.yaml", "name: s\nturns: [hello]\nrepeat: 3\n")
    ends = {1: "stop", 2: "length", 3: "content_filter"}
    front.answer(lambda request, _: spoken("Well", finish_reason=ends[request.draw]))
    shown = front.type("play", "s.yaml", width=200)
    assert shown.exit_code == 0
    assert "3 trials; 1 reply cut by the limit on tokens; 1 reply cut by a content filter;" in shown.out


def test_a_run_that_a_limit_ended_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is named, and the command that goes on allows more; with it the run goes on to its end."""
    front = Front(tmp_path, monkeypatch)
    front.write("s.yaml", "name: s\nturns: [hello]\nparams: {max_tokens: 34}\nrepeat: 5\n")
    front.answer(lambda *_: spoken("Well"))
    shown = front.type("play", "s.yaml", "--max-tokens-total", "3000", "--in-flight", "1", width=200)
    assert shown.exit_code == 4
    assert "--max-tokens-total 3000 is reached: 2 of 5 trials finished" in shown.out
    assert "--max-tokens-total 6000" in shown.err
    again = front.type(
        "play", "--resume", "latest", "--max-tokens-total", "5500", "--in-flight", "1", width=200
    )
    assert again.exit_code == 4, "what was spent before counts"
    assert "4 of 5 trials finished" in again.out
    done = front.type("play", "--resume", "latest", "--max-tokens-total", "60000", width=200)
    assert done.exit_code == 0
    assert "6,000 tokens in" in done.out


def test_money_is_limited_where_it_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a price --max-cost cannot be kept, and nothing is played."""
    front = Front(tmp_path, monkeypatch)
    front.write("s.yaml", "turns: [hello]\n")
    shown = front.type("play", "s.yaml", "--max-cost", "1")
    assert shown.exit_code == 2
    assert "the price of canned-1 on canned is not known" in " ".join(shown.err.split())
    assert not (tmp_path / "outputs").exists()
    for wrong in ("nan", "inf", "-1"):
        assert front.type("play", "s.yaml", "--max-cost", wrong).exit_code == 2
