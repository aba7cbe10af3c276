"""Runs that go on: what is played on, what is told anew, what is refused; a loopback server counts what is sent."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runner.errors import StoreError, UsageError
from runner.operations.earlier import Wanted
from runner.operations.play import Played, play, resume
from runner.operations.stage import Asked, Stage, stage
from tests.loopback import LoopbackApi, Record, Respond, completion, refuse, reply_text
from tests.operations.test_play import Nobody

SCENARIO = """
name: talk
system: Be brief.
turns:
  - first for {{ who }}
  - user: second
    expect: {contains: second}
  - third
expect:
  - every: {not-contains: never}
cases:
  - {id: a, who: Ada}
  - {id: b, who: Bo}
"""
SETTINGS = "[providers.openai]\nretries = {max_tries = 1}\n"


@dataclass
class Bench:
    """A folder, a server that can be told to fail, and a run."""

    folder: Path
    api: LoopbackApi
    fails: Callable[[Record], bool]

    def write(self, text: str) -> None:
        (self.folder / "talk.yaml").write_text(text, encoding="utf-8")

    def stage(self, *_: object) -> Stage:
        environ = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": self.api.base_url}
        return stage(Asked(paths=("talk.yaml",), in_flight=1), self.folder, environ)

    def play(self) -> Played:
        return play(self.stage(), self.folder / "outputs", Nobody())

    def go_on(self, played: Played, **wanted: bool) -> Played:
        self.api.records.clear()
        return resume(played.folder, self.stage, Nobody(), Wanted(**wanted))

    @property
    def sent(self) -> list[int]:
        """How many messages each request held."""
        return [len(record.messages) for record in self.api.records]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    def answer(record: Record) -> Respond:
        if made.fails(record):
            return refuse(500, "not now")
        return completion(reply_text(record.messages), record=record)

    with LoopbackApi(answer) as api:
        made = Bench(tmp_path, api, lambda _: False)
        made.write(SCENARIO)
        (tmp_path / "runner.toml").write_text(SETTINGS, encoding="utf-8")
        yield made


def bo_cannot_go_on(record: Record) -> bool:
    return "Bo" in record.messages[1]["content"] and len(record.messages) == 4


def lines(played: Played) -> list[dict[str, Any]]:
    text = played.folder.transcripts.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def essence(played: Played) -> list[Any]:
    """What was said and judged, without times, tries and costs."""
    return [
        [
            line["id"],
            line["status"],
            line["messages"],
            [turn["status"] for turn in line["turns"]],
            [verdict["outcome"] for turn in line["turns"] for verdict in turn["verdicts"]],
            [verdict["outcome"] for verdict in line["verdicts"]],
        ]
        for line in lines(played)
    ]


def test_an_unanswered_conversation_is_left_alone_unless_it_is_asked_for(bench: Bench) -> None:
    """Resuming sends nothing for a trial that has ended without a reply."""
    bench.fails = bo_cannot_go_on
    played = bench.play()
    assert played.exit_code == 4
    bench.fails = lambda _: False
    assert bench.go_on(played).exit_code == 4
    assert bench.sent == []


def test_a_missing_reply_is_asked_for_again_and_the_rest_played_on(bench: Bench) -> None:
    """--retry-unanswered sends what is missing and nothing else; the failure stays on record, and counts."""
    undisturbed = essence(bench.play())
    bench.fails = bo_cannot_go_on
    played = bench.play()
    bench.fails = lambda _: False
    again = bench.go_on(played, retry_unanswered=True)
    assert again.exit_code == 0
    assert bench.sent == [4, 6]
    assert essence(again) == undisturbed
    exchanges = lines(again)[1]["turns"][1]["exchanges"]
    assert [exchange["error"] and exchange["error"]["kind"] for exchange in exchanges] == [
        "server_error",
        None,
    ]
    assert again.run.totals().heard == 6
    assert again.folder.read_manifest().status == "finished"


def test_other_checks_judge_again_and_send_nothing(bench: Bench) -> None:
    """What was said stays; every trial has today's verdicts, also those that had finished."""
    played = bench.play()
    assert played.run.totals().failed == 0
    bench.write(SCENARIO.replace("{contains: second}", "{contains: sixth}").replace("never", "third"))
    again = bench.go_on(played)
    assert bench.sent == []
    assert (again.run.totals().failed, again.run.totals().passed) == (4, 0)
    assert [line["turns"][1]["verdicts"][0]["outcome"] for line in lines(again)] == ["failed", "failed"]
    assert again.run.totals().prompt_tokens == played.run.totals().prompt_tokens


def test_a_check_that_now_passes_lets_the_conversation_go_on(bench: Bench) -> None:
    """Turns that a failed check had cut off are asked once it no longer fails."""
    stopping = SCENARIO + "on_failed_check: stop\n"
    bench.write(stopping.replace("{contains: second}", "{contains: sixth}"))
    played = bench.play()
    assert bench.sent == [2, 4, 2, 4]
    bench.write(stopping)
    again = bench.go_on(played)
    assert bench.sent == [6, 6]
    assert again.exit_code == 0
    assert [line["status"] for line in lines(again)] == ["finished", "finished"]


def test_other_words_are_refused_unless_they_are_accepted(bench: Bench) -> None:
    """--accept-changes plays such trials anew: what is asked in the very same words is not asked again."""
    played = bench.play()
    bench.write(SCENARIO.replace("- third", "- last"))
    with pytest.raises(UsageError, match="accept-changes"):
        bench.go_on(played)
    assert bench.sent == []
    again = bench.go_on(played, accept_changes=True)
    assert bench.sent == [6, 6]
    assert [line["messages"][5]["content"] for line in lines(again)] == ["last", "last"]
    assert again.run.totals().heard == 6
    bench.write(SCENARIO.replace("- third", "- last").replace("Be brief", "Be kind"))
    final = bench.go_on(again, accept_changes=True)
    assert bench.sent == [2, 4, 6] * 2
    assert final.exit_code == 0
    spent = [turn["exchanges"][0]["usage"]["completion_tokens"] for turn in lines(final)[0]["turns"]]
    assert lines(final)[0]["usage"]["completion_tokens"] > sum(spent), "what was spent before is counted"


def test_cut_anywhere_after_it_was_reopened_a_run_comes_to_the_same_end(bench: Bench) -> None:
    """The law of the journal holds for what is told anew as well."""
    bench.fails = bo_cannot_go_on
    played = bench.play()
    begun = len(played.folder.journal.read_bytes().split(b"\n")) - 1
    bench.fails = lambda _: False
    bench.write(SCENARIO.replace("- third", "- last").replace("{contains: second}", "{contains: sixth}"))
    final = bench.go_on(played, accept_changes=True, retry_unanswered=True)
    expected, whole = essence(final), final.folder.journal.read_bytes().split(b"\n")[:-1]
    for kept in range(begun, len(whole)):
        final.folder.journal.write_bytes(b"".join(line + b"\n" for line in whole[:kept]))
        answered = sum(b'"event":"answered"' in line for line in whole[begun:kept])
        again = bench.go_on(final, accept_changes=True, retry_unanswered=True)
        assert len(bench.sent) == 3 - answered, kept
        assert essence(again) == expected, kept
        assert again.exit_code == 0


def test_a_run_that_was_killed_before_its_journal_is_played_from_the_start(bench: Bench) -> None:
    """Killed between its manifest and its journal, a run has played nothing, and can be resumed all the same."""
    played = bench.play()
    said = played.folder.transcripts.read_text(encoding="utf-8").count("\n")
    played.folder.journal.unlink()
    again = bench.go_on(played)
    assert again.exit_code == 0
    assert len(bench.sent) == 6
    assert played.folder.transcripts.read_text(encoding="utf-8").count("\n") == said


@pytest.mark.parametrize("change", [lambda lines: [*lines, lines[-3]], lambda lines: [lines[0], *lines[2:]]])
def test_events_that_cannot_follow_are_refused(
    bench: Bench, change: Callable[[list[str]], list[str]]
) -> None:
    """A journal that tells what cannot have happened is told to be damaged; nothing is sent, and it is no bug of ours."""
    played = bench.play()
    lines = played.folder.journal.read_text(encoding="utf-8").splitlines()
    unfinished = [line for line in lines if '"finished"' not in line]
    played.folder.journal.write_text("\n".join(change(unfinished)) + "\n", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot follow, so the journal was changed by hand"):
        bench.go_on(played)
    assert not bench.sent
