"""One played conversation as one line."""

from runner.core.event import TrialEvent
from runner.core.message import Answer, Reply, Request, Usage
from runner.core.transcribing import fold_transcript
from runner.core.transcript import Transcript, sum_known
from runner.core.trial import Trial
from tests.stage import SaysDigit, begun, drive, fail_on, posed, reply_to, script_of


def played(trial: Trial, **how: object) -> tuple[Transcript, list[TrialEvent]]:
    start, first = begun(trial)
    _, events, _ = drive(start, **how)  # type: ignore[arg-type]
    return fold_transcript("run", trial, [first, *events]), [first, *events]


def test_messages_are_the_accumulating_list_with_the_last_reply() -> None:
    """System message, user lines, gold lines and replies stand in the order in which they were said."""
    trial = Trial(script_of("uauua"))
    transcript, _ = played(trial)
    assert [message["role"] for message in transcript.messages] == [
        "system", "user", "assistant", "assistant", "user", "assistant", "user", "assistant", "assistant"
    ]  # fmt: skip
    assert [turn.status for turn in transcript.turns] == ["heard", "given", "heard", "heard", "given"]
    assert [turn.exchanges[0].message for turn in transcript.turns if turn.exchanges] == [2, 5, 7]
    assert transcript.status == "finished"


def test_a_failed_exchange_ends_the_conversation_and_says_so() -> None:
    """The unanswered turn keeps its user line and its error; later turns are skipped, gold ones too."""
    transcript, _ = played(Trial(script_of("uuau")), answer=fail_on("u1"))
    assert [turn.status for turn in transcript.turns] == ["heard", "unanswered", "skipped", "skipped"]
    assert transcript.status == "unanswered"
    assert transcript.error == {"kind": "server_error", "message": "500", "status": 500, "turn": 1}
    assert [message["content"] for message in transcript.messages][-1] == "u1"
    assert transcript.turns[1].exchanges[0].message is None


def test_a_failed_check_that_stops_leaves_later_turns_out() -> None:
    """Skipped turns are said to be, and checks about the whole are not applicable, never passed."""
    never = posed(SaysDigit(digit="x"))
    foot = posed(SaysDigit(digit="x"), "not-says", of="every")
    transcript, _ = played(Trial(script_of("uu", [[never]], [foot], on_failed_check="stop")))
    assert transcript.status == "finished"
    assert [turn.status for turn in transcript.turns] == ["heard", "skipped"]
    assert [verdict.outcome for verdict in transcript.all_verdicts] == ["failed", "not-applicable"]


def test_a_stopped_conversation_holds_what_was_heard() -> None:
    """A trial that was left half-way is stopped, and its later turns are unplayed."""
    trial = Trial(script_of("uu"))
    _, events = played(trial)
    transcript = fold_transcript("run", trial, events[:3])
    assert transcript.status == "stopped"
    assert [turn.status for turn in transcript.turns] == ["heard", "unplayed"]


def test_totals_are_null_where_a_part_is_not_known() -> None:
    """Cost and usage are sums of what every exchange told, never a guess and never zero."""

    def answer(request: Request) -> Answer:
        known = reply_to(request)
        return (
            known.model_copy(update={"usage": Usage(prompt_tokens=3)})
            if b"u1" in request.chain.body
            else known
        )

    transcript, _ = played(Trial(script_of("uu")), answer=answer)
    assert transcript.usage.prompt_tokens == 13
    assert transcript.usage.completion_tokens is None
    assert transcript.cost_usd is None
    assert sum_known([]) is None


def test_a_transcript_reads_back_as_it_was_written() -> None:
    """Dump and load are each other's inverse, and every field of the format stands in the line."""
    transcript, _ = played(
        Trial(script_of("uu", [[posed(SaysDigit(digit="1"))]], case="kettle", axes={"t": 0.7}))
    )
    data = transcript.dump()
    assert Transcript.load(data) == transcript
    assert next(iter(data)) == "schema"
    assert {"error", "cost_usd", "usage", "case", "variant"} <= set(data)


def test_time_runs_from_the_first_request_to_the_last_reply() -> None:
    """duration_s spans the exchanges, waiting between them included."""

    def answer(request: Request) -> Answer:
        second = request.slot == "turns[1]"
        start = "2026-01-01T00:00:10.000Z" if second else "2026-01-01T00:00:00.000Z"
        return Answer(
            reply=Reply(message={"role": "assistant", "content": "x"}), started_at=start, latency_s=2
        )

    transcript, _ = played(Trial(script_of("uu")), answer=answer)
    assert transcript.duration_s == 12
    assert transcript.started_at == "2026-01-01T00:00:00.000Z"
