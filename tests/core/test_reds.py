"""What went wrong in the trials of a block, each kind of it once."""

from collections.abc import Mapping
from typing import Any

import pytest

from runner.core.assessment import Red
from runner.core.expected import Specs, specs_of
from runner.core.finding import Verdict
from runner.core.reds import LONGEST, MOST, Reds
from runner.core.transcript import Transcript
from tests.played import played, verdict
from tests.stage import SaysDigit, posed, script_of


def told(*turns: tuple[Any, Any], number: int = 1, **fields: Any) -> Transcript:
    return played(*turns, id=f"talk[temperature=0]#{number}", repeat=number, **fields)


def reds(
    *transcripts: Transcript, specs: Specs | None = None, had: Mapping[int, str] | None = None
) -> tuple[Red, ...]:
    found = Reds(specs or {}, lambda transcript: f"runner play --trial {transcript.repeat}", had or {})
    for transcript in transcripts:
        found.add(transcript)
    return found.close()


def test_a_check_that_failed_is_told_with_all_that_is_needed() -> None:
    """Where it stands, what was said, what was expected, what came, what the baseline had, what plays it again."""
    script = script_of("u", [[posed(SaysDigit(digit="7"), "says")]])
    bad = Verdict(check="says", outcome="failed", reason="no 7", line=1, spans=((0, 2),))
    [red] = reds(told(("hi", "no"), checked={0: (bad,)}), specs=specs_of(script), had={0: "7 it is"})
    assert red == Red(
        trial="talk[temperature=0]#1",
        outcome="failed",
        turn=0,
        path="talk.yaml",
        line=1,
        check="says",
        user="hi",
        expected='says: {digit: "7"}',
        got="no",
        spans=((0, 2),),
        reason="no 7",
        had="7 it is",
        again="runner play --trial 1",
    )


def test_the_same_check_that_goes_the_same_way_is_told_once() -> None:
    """With how many trials are alike, of how many that came to their end; the first stands for all."""
    bad = {0: (verdict("failed"),)}
    trials = [
        told(("hi", f"no {number}"), number=number, checked=bad if number < 4 else {})
        for number in range(1, 6)
    ]
    cut = told(("hi", "no"), number=6, status="stopped")
    [red] = reds(*trials, cut)
    assert (red.trial, red.got, red.alike, red.of_trials) == ("talk[temperature=0]#1", "no 1", 3, 5)


def test_a_check_that_broke_is_told_apart_from_one_that_failed() -> None:
    """What went two ways in two trials is two things."""
    found = reds(
        told(("hi", "no"), checked={0: (verdict("failed"),)}),
        told(("hi", "no"), number=2, checked={0: (verdict("broken"),)}),
    )
    assert [(red.outcome, red.alike) for red in found] == [("failed", 1), ("broken", 1)]


def test_a_reply_that_is_missing_is_told_at_its_turn() -> None:
    """With the kind of the failure and what the server said; the same kind at the same turn once."""
    found = reds(told(("hi", None)), told(("hi", None), number=2), told(("hi", "a"), ("so", None), number=3))
    assert [(red.turn, red.line, red.check, red.alike) for red in found] == [
        (0, 3, "timed_out", 2),
        (1, 4, "timed_out", 1),
    ]
    first = found[0]
    assert (first.outcome, first.user, first.expected, first.got) == ("unanswered", "hi", "a reply", None)
    assert first.reason == "nothing came"


def test_checks_of_one_kind_on_one_line_are_told_each_with_its_own_value() -> None:
    """`contains: [a, b]` is two checks with one line: the n-th verdict answers the n-th of them."""
    script = script_of("u", [[posed(SaysDigit(digit="7"), "says"), posed(SaysDigit(digit="8"), "says")]])
    bad = tuple(Verdict(check="says", outcome="failed", reason=f"no {digit}", line=1) for digit in (7, 8))
    found = reds(told(("hi", "no"), checked={0: bad}), specs=specs_of(script))
    assert [(red.expected, red.reason) for red in found] == [
        ('says: {digit: "7"}', "no 7"),
        ('says: {digit: "8"}', "no 8"),
    ]


@pytest.mark.parametrize("of", ["every", "any"])
def test_a_check_of_every_reply_is_told_with_the_one_that_decided_it(of: str) -> None:
    """The user's line and the reply of its turn, with what was found in it."""
    bad = verdict("failed").model_copy(update={"of": of, "turn": 0, "spans": ((0, 5),)})
    transcript = told(("hi", "first"), ("so", "second"), verdicts=(bad,))
    [red] = reds(transcript, had={0: "was first", 1: "was second"})
    assert (red.turn, red.user, red.got, red.spans, red.had) == (None, "hi", "first", ((0, 5),), "was first")


@pytest.mark.parametrize(
    ("of", "got"),
    [("last", "second"), ("asks", "first"), ("every", None), ("conversation", None)],
)
def test_a_check_at_the_foot_is_told_with_the_reply_that_it_speaks_of(of: str, got: str | None) -> None:
    """`last` and a turn's id speak of one reply; of all of them none is shown for the others."""
    bad = verdict("failed").model_copy(update={"of": of})
    transcript = told(("hi", "first"), ("so", "second"), verdicts=(bad,))
    turns = (transcript.turns[0].model_copy(update={"id": "asks"}), transcript.turns[1])
    [red] = reds(transcript.model_copy(update={"turns": turns}), had={0: "was first", 1: "was second"})
    assert (red.turn, red.of, red.got) == (None, of, got)
    assert red.expected == f"{of}: contains"
    assert red.had == (None if got is None else f"was {got}")


def test_a_turn_that_could_not_be_said_is_told() -> None:
    """Its words were not captured: no check failed, and yet the trial did."""
    transcript = told(("hi", "a"), ("so", "b"), checked={0: (verdict("passed"),)})
    left = transcript.turns[1].model_copy(update={"status": "skipped", "exchanges": ()})
    cut = transcript.model_copy(
        update={"turns": (transcript.turns[0], left), "messages": transcript.messages[:2]}
    )
    [red] = reds(cut)
    assert (red.turn, red.line, red.check, red.expected) == (1, 4, "turn", "the turn is said")
    assert "was not captured" in red.reason
    # Where a check failed, that one is told: the turns after it were left out on purpose.
    failed = cut.turns[0].model_copy(update={"verdicts": (verdict("failed"),)})
    [red] = reds(cut.model_copy(update={"turns": (failed, left)}))
    assert red.check == "contains"


def test_what_passed_and_what_was_stopped_is_nothing_red() -> None:
    """Nor what did not apply, nor a turn that was not reached."""
    fine = (verdict("passed"), verdict("not-applicable"))
    assert reds(told(("hi", "a"), checked={0: fine}), told(("hi", "a"), status="stopped")) == ()


def test_files_of_others_are_named_where_checks_stand_in_them() -> None:
    """A check of an included file has that file's lines."""
    bad = verdict("failed").model_copy(update={"path": "fragments/polite.yaml", "line": 4})
    [red] = reds(told(("hi", "a"), checked={0: (bad,)}))
    assert (red.path, red.line) == ("fragments/polite.yaml", 4)


@pytest.mark.parametrize("at", [0, 20_000, 39_995])
def test_of_a_long_reply_what_stands_around_the_find_is_kept(at: int) -> None:
    """Dots stand where it was cut, and the find is told where it stands now."""
    text = f"{'*' * at}FOUND{'*' * (39_995 - at)}"
    bad = verdict("failed").model_copy(update={"spans": ((at, at + 5),)})
    [red] = reds(told(("hi", text), checked={0: (bad,)}))
    assert red.got is not None
    assert len(red.got) < LONGEST + 100
    [(left, right)] = red.spans
    assert red.got[left:right] == "FOUND"
    assert red.got.startswith("...") == (at > 0)
    assert red.got.endswith("...") == (at < 39_995)


def test_long_lines_and_reasons_are_bounded() -> None:
    """Their beginning is kept."""
    bad = verdict("failed", reason="r" * 9_000)
    [red] = reds(told(("u" * 9_000, "a"), checked={0: (bad,)}))
    assert red.user == f"{'u' * LONGEST}..."
    assert len(red.reason) < LONGEST + 100


def test_of_very_many_kinds_the_first_are_kept() -> None:
    """A block of many checks that all fail stays readable."""
    bad = tuple(verdict("failed", check=f"check-{number}") for number in range(2 * MOST))
    found = reds(told(("hi", "a"), checked={0: bad}))
    assert [red.check for red in found] == [f"check-{number}" for number in range(MOST)]
