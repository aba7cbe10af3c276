"""What showing costs."""

import io
import time

from runner.cli.display.plain import Plain
from runner.cli.display.progress import Progress
from runner.cli.display.screen import Screen
from runner.core.event import Answered, Event, Heard, Judged
from runner.core.finding import Verdict
from runner.core.run import Run
from runner.transports import Delta, Notice, Started
from tests.cli.front import spoken

SCREEN = Screen(io.StringIO(), io.StringIO(), False, False, False, False, {})


def test_an_event_costs_little() -> None:
    """Events and notices that show nothing cost a few microseconds each, whoever follows."""
    verdict = Verdict(check="contains", outcome="passed", reason="it is", line=3)
    answered = Answered(trial="s#1", slot="turns[0]", purpose="turn", key="k", answer=spoken("hi"))
    events: list[Event] = [
        answered,
        Heard(trial="s#1", turn=0),
        Judged(trial="s#1", turn=0, index=0, verdict=verdict),
    ]
    notices: list[Notice] = [Started("turns[0]", 3), Delta("turns[0]", "hi"), Delta("turns[0]", "ho")]
    run = Run()
    for display in (Plain(SCREEN), Progress(SCREEN)):
        began = time.process_time()
        for _ in range(3000):
            for event in events:
                display.hears(event, run)
            for notice in notices:
                display.watches("s#1", notice)
        assert (time.process_time() - began) / 18000 < 10e-6
