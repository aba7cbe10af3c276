"""What the end of a run is told from."""

from runner.cli.display.tally import Tally, Trouble
from runner.core.event import Answered, Event, Judged
from runner.core.finding import Verdict
from runner.core.message import Answer, Failure
from tests.cli.front import spoken
from tests.played import played, verdict


def test_transcripts_tell_what_events_tell() -> None:
    """Reasons and latencies are the same, whether a run was heard or is read again."""
    whole = Verdict(check="words", outcome="broken", reason="too slow", line=1, of="every")
    talk = played(
        ("Hi", "Hello"), ("Bye", None), checked={0: [verdict(), verdict("passed")]}, verdicts=[whole.dump()]
    )
    heard = Tally()
    lost = Answer(failure=Failure(kind="timed_out", message="nothing came"))
    events: list[Event] = [
        Answered(trial=talk.id, slot="turns[0]", purpose="turn", key="k", answer=spoken("Hello")),
        Judged(trial=talk.id, turn=0, index=0, verdict=verdict()),
        Judged(trial=talk.id, turn=0, index=1, verdict=verdict("passed")),
        Answered(trial=talk.id, slot="turns[1]", purpose="turn", key="k", answer=lost),
        Judged(trial=talk.id, turn=None, index=0, verdict=whole),
    ]
    for event in events:
        heard.hears(event)
    read = Tally.of([talk])
    assert read.troubles == heard.troubles
    assert read.latencies == heard.latencies
    assert read.troubles[talk.id] == [
        Trouble("failed", 0, "contains", "it is not there"),
        Trouble("unanswered", 1, "timed_out", "nothing came"),
        Trouble("broken", None, "words", "too slow", "every"),
    ]
