"""What is measured of blocks, transcript by transcript."""

from typing import Any

from runner.core.finding import Verdict
from runner.core.measuring import LONGEST_SAMPLE, Measured, asked_of, digest_of, keyed, measure
from runner.core.message import Usage
from runner.core.transcript import Transcript
from tests.played import played, verdict
from tests.stage import SaysDigit, posed, script_of

GOOD, BAD, BROKEN = verdict("passed"), verdict("failed"), verdict("broken")


def told(reply: str | None = "well", number: int = 1, checked: Any = (GOOD,), **fields: Any) -> Transcript:
    """A trial of one turn."""
    return played(
        ("hi", reply), id=f"talk[temperature=0]#{number}", repeat=number, checked={0: checked}, **fields
    )


def changed(transcript: Transcript, turn: int = 0, **fields: Any) -> Transcript:
    """The trial, with something else said of the exchange of a turn."""
    turns = list(transcript.turns)
    (exchange,) = turns[turn].exchanges
    turns[turn] = turns[turn].model_copy(update={"exchanges": (exchange.model_copy(update=fields),)})
    return transcript.model_copy(update={"turns": tuple(turns)})


def only(*transcripts: Transcript) -> Measured:
    """The block that some trials make."""
    [found] = measure(transcripts).values()
    return found


def test_trials_are_measured_by_their_blocks() -> None:
    """Trials that differ in their number alone are of one block, in the order in which they come."""
    other = told(number=1).model_copy(update={"id": "talk[temperature=1]#1"})
    found = measure([told(number=1), other, told("no", 2, (BAD,))])
    assert list(found) == ["talk[temperature=0]", "talk[temperature=1]"]
    block = found["talk[temperature=0]"]
    assert block.trials == {"talk[temperature=0]#1": "passed", "talk[temperature=0]#2": "failed"}
    assert (block.scenario, block.path, block.case, block.variant) == (
        "talk",
        "talk.yaml",
        None,
        {"temperature": 0},
    )
    assert (block.passed, block.measured) == (1, 2)


def test_checks_are_counted_by_keys_that_hold_when_lines_move() -> None:
    """The turn by its id, or its number, then the check; the second of one name is told apart."""
    named = GOOD.model_copy(update={"name": "polite"})
    foot = GOOD.model_copy(update={"of": "every"})
    transcript = played(
        ("hi", "a"), ("so", "b"), checked={0: (GOOD, BAD), 1: (named,)}, verdicts=(foot,)
    ).model_copy(update={"id": "talk#1"})
    turns = (transcript.turns[0], transcript.turns[1].model_copy(update={"id": "asks"}))
    transcript = transcript.model_copy(update={"turns": turns})
    keys = [key for key, _ in keyed(transcript)]
    assert keys == ["turn 1: contains", "turn 1: contains (2)", "asks: polite (contains)", "every: contains"]
    block = only(transcript)
    assert block.failing == {"talk#1": ("turn 1: contains (2)",)}
    assert block.checks["turn 1: contains (2)"] == {"failed": 1}


def test_a_script_s_checks_have_the_keys_of_their_verdicts() -> None:
    """What is asked is paired with what was found: the same keys, each with a digest of what it asks."""
    check = posed(SaysDigit(digit="1"), "contains")
    script = script_of(
        "uau", [[check, check], [], [check]], [posed(SaysDigit(digit="1"), "contains", "last")]
    )
    asked = asked_of(script)
    assert list(asked) == ["t0: contains", "t0: contains (2)", "t2: contains", "last: contains"]
    assert asked["t0: contains"] == asked["t2: contains"] == asked_of(script)["t0: contains"]
    other = asked_of(script_of("u", [[posed(SaysDigit(digit="2"), "contains")]]))
    assert other["t0: contains"] != asked["t0: contains"]
    assert asked_of(script.model_copy(update={"path": "moved.yaml"})) == asked


def test_what_a_trial_that_failed_failed_is_kept_though_no_check_did() -> None:
    """Of a turn that could not be said the failing trial has no check."""
    transcript = played(("hi", "a"), ("so", "b"), checked={0: (GOOD,)})
    turns = (
        transcript.turns[0],
        transcript.turns[1].model_copy(update={"status": "skipped", "exchanges": ()}),
    )
    transcript = transcript.model_copy(update={"turns": turns, "messages": transcript.messages[:2]})
    block = only(transcript)
    assert block.failing == {transcript.id: ()}


def test_the_sample_is_the_first_reply_that_no_check_found_fault_with() -> None:
    """Else the first; bounded, so that a baseline stays small."""
    block = only(told("bad", 1, (BAD,)), told("good", 2), told("better", 3))
    assert block.replies[0].sample == "good"
    assert only(told("bad", 1, (BAD,)), told("odd", 2, (BROKEN,))).replies[0].sample == "bad"
    long = only(told("x" * 9_000)).replies[0]
    assert (len(long.sample), long.characters) == (LONGEST_SAMPLE, [9_000])


def test_replies_are_counted_by_their_digests() -> None:
    """Equal replies have one digest; memory follows distinct ones. Lone surrogates are replies as well."""
    block = only(told("a", 1), told("a", 2), told("\ud800", 3))
    assert block.replies[0].digests == {digest_of("a"): 2, digest_of("\ud800"): 1}


def test_times_tokens_and_money_are_of_what_was_asked() -> None:
    """Of a recording neither latency nor cost is known; of what the server did not tell there is no number."""
    usage = Usage(prompt_tokens=10, completion_tokens=2)
    asked = told(usage=usage, cost_usd=0.25)
    replayed = changed(told(number=2, usage=usage, cost_usd=0.0), replayed=True)
    block = only(asked, replayed)
    assert (block.latencies, block.costs, block.tokens) == ([0.5], [0.25], [12, 12])
    assert (block.heard, block.replayed, block.is_replayed) == (2, 1, False)
    assert only(replayed).is_replayed
    silent = only(changed(told(), latency_s=None))
    assert (silent.latencies, silent.costs, silent.tokens) == ([None], [None], [None])
    assert not silent.seconds_known


def test_a_trial_without_all_replies_has_no_cost_and_no_tokens() -> None:
    """A half is no sample of the whole."""
    block = only(told(None, checked=()), told(number=2, cost_usd=0.25))
    assert (block.costs, block.tokens) == ([0.25], [None])
    assert (block.heard, block.measured) == (1, 1)
    assert not only(told(None, checked=())).is_replayed


def test_questions_without_a_recording_are_counted_apart() -> None:
    """The kind of failure tells them from silence."""
    missing = told(None, checked=()).model_copy(update={"error": {"kind": "not_recorded", "message": "no"}})
    assert only(missing).unrecorded == 1
    assert only(told(None, checked=())).unrecorded == 0
    failed = missing.model_copy(
        update={"turns": (told("no", checked=(BAD,)).turns[0], *missing.turns), "messages": told().messages}
    )
    assert only(failed).trials[failed.id] == "failed"
    assert only(failed).unrecorded == 0, "it is counted as what it is"


def test_a_block_is_cold_where_every_turn_was_asked_at_temperature_0() -> None:
    """One warmer turn is enough to leave it to chance; no temperature at all is the server's own."""

    def at(*temperatures: float | None) -> Transcript:
        transcript = played(*[("hi", "well")] * len(temperatures), checked={0: (GOOD,)})
        turns = [
            turn.model_copy(update={"params": {} if each is None else {"temperature": each}})
            for turn, each in zip(transcript.turns, temperatures, strict=True)
        ]
        return transcript.model_copy(update={"turns": tuple(turns)})

    assert only(at(0, 0)).is_cold
    assert only(at(0.0)).is_cold
    assert not only(at(0, 0.1)).is_cold
    assert not only(at(0, None)).is_cold


def test_who_answered_is_told_by_the_models_own_names() -> None:
    """Each once."""
    block = only(
        changed(told(number=1), served_model="m-1"),
        changed(told(number=2), served_model="m-2"),
        changed(told(number=3), served_model="m-1"),
        told(number=4),
    )
    assert block.models == {"m-1", "m-2"}


def test_memory_follows_trials_and_not_what_was_said() -> None:
    """A thousand long replies leave a sample, and one short digest for each that is distinct."""
    block = only(*(told("x" * 5_000 + str(number % 3), number) for number in range(1, 301)))
    replies = block.replies[0]
    assert len(replies.digests) == 3
    assert sum(len(digest) for digest in replies.digests) == 36
    assert len(replies.sample) == LONGEST_SAMPLE


def test_verdicts_of_one_name_keep_their_places() -> None:
    """A check that did not apply still counts for the numbers of those after it."""
    apart = Verdict(check="contains", outcome="not-applicable", reason="", line=2)
    assert [key for key, _ in keyed(told(checked=(apart, GOOD)))] == [
        "turn 1: contains",
        "turn 1: contains (2)",
    ]
