"""A run as the fold of its events."""

import pytest

from runner.core.event import Event, Stopped
from runner.core.run import Run, worst
from runner.core.trial import Trial
from tests.stage import SaysDigit, Votes, begun, drive, fail_on, posed, reply_to, script_of


def events_of(trial: Trial, **how: object) -> list[Event]:
    start, first = begun(trial)
    _, events, _ = drive(start, **how)  # type: ignore[arg-type]
    return [first, *events]


def test_a_run_counts_turns_verdicts_and_tokens_per_trial() -> None:
    """Each trial's summary adds up what its events say."""
    checks = [posed(SaysDigit(digit="")), posed(SaysDigit(digit=""), "not-says")]
    run = Run.fold(events_of(Trial(script_of("uu", [checks]))))
    summary = run.trials["v#1"]
    assert (summary.status, summary.heard, summary.passed, summary.failed) == ("finished", 2, 1, 1)
    assert (summary.prompt_tokens, summary.completion_tokens, summary.latency_s) == (20, 4, 1.0)
    assert summary.cost_usd is None
    assert run.status(1) == "finished"


@pytest.mark.parametrize(
    ("events", "planned", "code"),
    [
        (events_of(Trial(script_of("u"))), 1, 0),
        (events_of(Trial(script_of("u", [[posed(SaysDigit(digit="x"))]]))), 1, 0),
        (events_of(Trial(script_of("u"))), 2, 4),
        (events_of(Trial(script_of("u")), answer=fail_on("u0")), 1, 4),
        (
            events_of(
                Trial(script_of("u", [[posed(Votes(votes=1), "votes")]])), answer=fail_on('user","content":"')
            ),
            1,
            4,
        ),
        ([Stopped(reason="interrupted")], 1, 130),
        ([], 0, 5),
    ],
    ids=["fine", "failed check", "not all played", "unanswered", "broken", "interrupted", "nothing"],
)
def test_one_function_of_the_run_decides_the_code(events: list[Event], planned: int, code: int) -> None:
    """0 means that everything asked for was played and judged; a run that measured nothing never ends with 0."""
    assert Run.fold(events).exit_code(planned) == code


def test_a_stop_that_stopped_nothing_does_not_count() -> None:
    """A run that was resumed to its end, or whose last trial ended before the stop, is finished with 0."""
    events = events_of(Trial(script_of("uu")))
    run = Run.fold([*events[:3], Stopped(reason="interrupted"), *events[3:]])
    assert run.status(1) == "finished"
    assert run.exit_code(1) == 0
    assert run.exit_code(2) == 130


def test_a_broken_check_leaves_the_run_incomplete() -> None:
    """A vote that was not answered breaks its check, and the trial is finished all the same."""

    def answer(request: object) -> object:
        return fail_on("", reply_to)(request) if request.purpose == "judge" else reply_to(request)  # type: ignore[attr-defined, arg-type]

    run = Run.fold(events_of(Trial(script_of("u", [[posed(Votes(votes=2), "votes")]])), answer=answer))
    assert run.trials["v#1"].broken == 1
    assert run.trials["v#1"].status == "finished"
    assert run.status(1) == "incomplete"
    assert run.exit_code(1) == 4


def test_the_worst_code_wins() -> None:
    """Worst wins: 3, 130, 2, 1, 4, 6, 5, 0."""
    order = [3, 130, 2, 1, 4, 6, 5, 0]
    assert [worst(order[place:]) for place in range(len(order))] == order
