"""Laws of recordings: what is replayed is what was recorded, and a cassette depends on what was said alone."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.core.message import Answer, Failure, Message, Reply, Request, Usage
from runner.core.recordings.recording import in_order
from runner.core.trial import Posed, Script
from tests.recorded import Sender, cassettes, play, transcripts, trials_of
from tests.stage import SaysDigit, Votes, posed, script_of

PARAMS = [{}, {"temperature": 0}, {"temperature": 0.7}, {"seed": 1, "top_p": 0.5}]
TEXTS = st.text(max_size=8) | st.sampled_from(["ok", "\ud800", "\u2028", "a\nb", "\ud83d", '"', "ok"])


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "tapes"


@st.composite
def scripts(draw: st.DrawFn) -> list[Script]:
    """A few variants of a scenario or two: some begin alike, some ask the very same."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        checks: list[Posed] = [posed(Votes(votes=draw(st.integers(1, 3))), "votes")] * draw(st.integers(0, 1))
        checks += [posed(SaysDigit(digit="1"))] * draw(st.integers(0, 1))
        made.append(
            script_of(
                draw(st.text("uua", min_size=1, max_size=4)),
                [checks],
                variant=f"v{number}",
                scenario=draw(st.sampled_from(["s", "Other one"])),
                params=draw(st.sampled_from(PARAMS)),
                opening=({"role": "system", "content": draw(st.sampled_from(["be brief", "be kind"]))},),
                on_failed_check=draw(st.sampled_from(["continue", "stop"])),
            )
        )
    return made


@st.composite
def respond(draw: st.DrawFn) -> Callable[[Request], Answer]:
    """A server whose answers depend on the question and its draw alone; some questions it refuses."""
    texts = draw(st.lists(TEXTS, min_size=1, max_size=5))
    refuses = draw(st.booleans())

    def answer(request: Request) -> Answer:
        number = int(request.key[:8], 16) + request.draw
        if refuses and number % 7 == 0:
            return Answer(failure=Failure(kind="context_overflow", message="too long", status=400))
        text = f"{texts[number % len(texts)]}1" if request.purpose == "turn" else str(number)
        message: Message = {"role": "assistant", "content": text, "annotations": [], "refusal": None}
        return Answer(
            reply=Reply(message=message, finish_reason="stop", served_model=f"m-{number % 3}"),
            usage=Usage(prompt_tokens=number % 50, completion_tokens=number % 5),
            started_at=f"2026-01-0{number % 9 + 1}T00:00:00.000Z",
            latency_s=number % 10 / 10,
        )

    return answer


pauses = st.lists(st.integers(0, 6), min_size=1, max_size=9)


@given(scripts(), respond(), pauses, st.integers(1, 9), st.integers(1, 3))
@settings(max_examples=60)
def test_replay_equals_record(
    made: list[Script], answer: Callable[[Request], Answer], pause: list[int], width: int, repeats: int
) -> None:
    """Played in any order and replayed in any other, the transcripts are the same, and nothing is sent."""
    trials = trials_of(made, repeats)
    with folder() as tapes:
        recorded, _ = play(trials, tapes, "record", Sender(answer, pause), width=width)
        silent = Sender(answer)
        replayed, _ = play(trials, tapes, "replay", silent, width=1)
        assert silent.sent == []
        assert transcripts(trials, replayed) == transcripts(trials, recorded)


@given(scripts(), respond(), pauses, pauses, st.integers(1, 9), st.integers(1, 3))
@settings(max_examples=60)
def test_a_cassette_does_not_depend_on_the_order_in_which_answers_came(
    made: list[Script],
    answer: Callable[[Request], Answer],
    pause: list[int],
    other: list[int],
    width: int,
    repeats: int,
) -> None:
    """Two recordings of the same replies are the same bytes, recorded anew or filled up, whoever came first."""
    trials = trials_of(made, repeats)
    with folder() as one, folder() as two:
        play(trials, one, "record", Sender(answer, pause), width=1)
        play(trials_of(made[::-1], 1), two, "fill", Sender(answer, other), width=width)
        play(trials_of(made[::-1], repeats), two, "fill", Sender(answer, other), width=width)
        assert cassettes(one) == cassettes(two)
        play(trials, two, "record", Sender(answer, other), width=width)
        assert cassettes(one) == cassettes(two)


@given(scripts(), respond(), st.randoms(), st.integers(1, 3))
@settings(max_examples=40)
def test_lines_have_one_order(
    made: list[Script], answer: Callable[[Request], Answer], random: Random, repeats: int
) -> None:
    """However lines are shuffled, they are put in the same order, each after the one that it goes on from."""
    with folder() as tapes:
        play(trials_of(made, repeats), tapes, "record", Sender(answer))
        for text in cassettes(tapes).values():
            lines = text.split(b"\n")[1:-1]
            shuffled = list(lines)
            random.shuffle(shuffled)
            assert in_order(shuffled) == (lines, [])


@given(scripts(), respond(), st.integers(1, 3))
@settings(max_examples=40)
def test_what_is_recorded_is_not_asked_again(
    made: list[Script], answer: Callable[[Request], Answer], repeats: int
) -> None:
    """Filling asks each question once, and nothing that is recorded."""
    trials = trials_of(made, repeats)
    with folder() as tapes:
        first = Sender(answer)
        play(trials_of(made, 1), tapes, "fill", first)
        second = Sender(answer)
        play(trials, tapes, "fill", second, width=4)
        asked = [(each.scenario, each.key, each.draw) for each in (*first.sent, *second.sent)]
        assert len(asked) == len(set(asked))
        third = Sender(answer)
        play(trials, tapes, "fill", third)
        assert third.sent == []
