"""Closeness of meaning, by embeddings."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.checks import build
from runner.checks.closeness import Similar, cosine
from runner.core.check import Judge, Subject
from runner.core.event import Judged
from runner.core.message import EMBEDDINGS, Answer, Failure, Reply, Request
from runner.core.value import Json
from tests.recorded import Sender, cassettes, trials_of
from tests.recorded import play as play_recorded
from tests.stage import posed, reply_to, script_of
from tests.surroundings import Around, played, text_answer

VECTOR = st.lists(st.floats(-1e200, 1e200), min_size=3, max_size=3).filter(any)


def settled(spec: object, around: Around | None = None) -> Similar:
    check = build("similar", spec).settle(around or Around())
    assert isinstance(check, Similar)
    return check


def vectors(*found: Json) -> Answer:
    return Answer(reply=Reply(message={"role": "assistant", "content": None, "embeddings": list(found)}))


def test_one_request_asks_for_the_vectors_of_both_texts() -> None:
    """The text and the reply, as numbers, at the endpoint of embeddings; the key is that of the texts."""
    asked, verdict = played(settled("Hello"), "Hi there", lambda _: vectors([1, 0], [1, 0]))
    (request,) = asked
    assert request.path == EMBEDDINGS
    assert json.loads(request.body()) == {
        "input": ["Hello", "Hi there"],
        "model": "j-1",
        "encoding_format": "float",
    }
    assert verdict.outcome == "passed"
    other = played(settled("Hello"), "Ho there", lambda _: vectors([1, 0], [1, 0]))[0][0]
    assert other.key != request.key


def test_settings_may_add_params_and_another_model_is_named_by_the_check() -> None:
    """`dimensions` of the settings goes with the request."""
    around = Around(by=Judge("judges", "e-1", {"dimensions": 256}))
    (question,) = settled({"to": "x", "model": "e-2"}, around).questions(Subject.alone("Hi"))
    assert (question.model, question.params) == ("e-2", {"encoding_format": "float", "dimensions": 256})
    (asked,) = settled("x", around).asks()
    assert (asked.provider, asked.model) == ("judges", "e-1")
    assert build("similar", "x").asks() == ()
    with pytest.raises(ValueError, match="no judge is set"):
        settled("x", Around(by=None))


@pytest.mark.parametrize(
    ("spec", "one", "other", "outcome", "reason"),
    [
        ("x", [3, 4], [6, 8], "passed", 'the similarity to "x" is 1, at least 0.8 asked for'),
        ("x", [1, 0], [0, 1], "failed", 'the similarity to "x" is 0, less than 0.8'),
        ({"to": "x", "min": 0.5}, [1, 0], [-1, 0], "failed", 'the similarity to "x" is -1, less than 0.5'),
        (
            {"to": "x", "min": "-1"},
            [1, 0],
            [-1, 0],
            "passed",
            'the similarity to "x" is -1, at least -1 asked for',
        ),
        (
            {"to": "x", "min": 0.6},
            [3, 4],
            [1, 0],
            "passed",
            'the similarity to "x" is 0.6, at least 0.6 asked for',
        ),
        (
            {"to": "x", "min": 0.6001},
            [3, 4],
            [1, 0],
            "failed",
            'the similarity to "x" is 0.6, less than 0.6001',
        ),
        (
            {"to": "x", "min": 0.8},
            [1.0, 0.75001],
            [1, 0],
            "failed",
            'the similarity to "x" is 0.79999616, less than 0.8',
        ),
    ],
)
def test_the_cosine_is_held_against_the_least(
    spec: object, one: list[float], other: list[float], outcome: str, reason: str
) -> None:
    """It is told with as many digits as show on which side it lies."""
    _, verdict = played(settled(spec), "Hi", lambda _: vectors(one, other))
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            Answer(failure=Failure(kind="no_such_model", message="there is no such model")),
            "there is no such model",
        ),
        (Answer(), "nothing came"),
        (text_answer("hi"), "does not hold two vectors"),
        (vectors([1, 0]), "does not hold two vectors"),
        (vectors([1], [1], [1]), "does not hold two vectors"),
        (vectors([1, 0], "AACAPw=="), "no lists of numbers"),
        (vectors([1, 0], [1, None]), "no lists of numbers"),
        (vectors([1, 0], [1, True]), "no lists of numbers"),
        (vectors([1, 0], [1, math.nan]), "no lists of numbers"),
        (vectors([1, 0], [1, 10**400]), "no lists of numbers"),
        (vectors([1, 0], [1, 0, 0]), "the vectors have 2 and 3 numbers"),
        (vectors([1, 0], [0, 0]), "a vector has no direction"),
        (vectors([], []), "a vector has no direction"),
    ],
)
def test_what_cannot_be_measured_breaks_the_check(answer: Answer, why: str) -> None:
    """It neither passes nor fails, whatever the server sent."""
    _, verdict = played(settled("x"), "Hi", lambda _: answer)
    assert verdict.outcome == "broken"
    assert verdict.reason.startswith("no closeness by `j-1`: ")
    assert why in verdict.reason


def test_a_reply_without_text_fails_unasked() -> None:
    """No server measures nothing; a lone surrogate, which none takes, is replaced."""
    asked, verdict = played(settled("x"), " \n", lambda _: vectors([1], [1]))
    assert (asked, verdict.outcome) == ([], "failed")
    asked, _ = played(settled("x"), "a\ud800b", lambda _: vectors([1], [1]))
    assert json.loads(asked[0].body())["input"] == ["x", "a?b"]


@given(VECTOR, VECTOR, st.floats(1e-3, 1e3))
def test_a_cosine_is_one_whatever_the_lengths(one: list[float], other: list[float], scale: float) -> None:
    """It lies between -1 and 1, is the same both ways round, and does not depend on how long a vector is."""
    found = cosine(one, other)
    assert -1 <= found <= 1
    assert math.isclose(found, cosine(other, one), abs_tol=1e-9)
    assert math.isclose(found, cosine([scale * number for number in one], other), abs_tol=1e-9)
    assert math.isclose(cosine(one, one), 1)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("", "needs a text"),
        ("  ", "one of spaces means nothing"),
        ({}, "takes a text, or a map"),
        ({"min": 0.5}, "lacks `to`"),
        ({"to": "x", "treshold": 1}, "unknown key `treshold`"),
        ({"to": "x", "min": 2}, "a number from -1 to 1"),
        ({"to": "x", "min": True}, "a number from -1 to 1"),
        ({"to": "x", "min": "nan"}, "a number from -1 to 1"),
        ({"to": "x", "min": "high"}, "a number from -1 to 1"),
        ({"to": "x", "provider": 3}, "`provider` takes a text"),
    ],
)
def test_what_means_nothing_is_refused(spec: object, complaint: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ValueError, match=complaint):
        build("similar", spec)


def test_vectors_are_recorded_and_replayed(tmp_path: Path) -> None:
    """An exchange of texts and vectors is a line of the cassette; a text that is not recorded is named."""

    def respond(asked: Request) -> Answer:
        return vectors([1, 0.5], [1, 0.25]) if asked.path == EMBEDDINGS else reply_to(asked)

    script = script_of("u", [(posed(settled("x"), "similar"),)], scenario="talk")
    events, _ = play_recorded(trials_of([script]), tmp_path, "fill", Sender(respond))
    (text,) = cassettes(tmp_path).values()
    entry = json.loads(text.splitlines()[-1])
    assert (entry["path"], entry["purpose"], entry["messages"][0]) == (EMBEDDINGS, "judge", "x")
    assert entry["reply"]["message"]["embeddings"] == [[1, 0.5], [1, 0.25]]
    silent = Sender()
    again, _ = play_recorded(trials_of([script]), tmp_path, "replay", silent)
    told = [[each.verdict for each in found if isinstance(each, Judged)] for found in (events, again)]
    assert told[0] == told[1]
    assert (told[0][0].outcome, silent.sent) == ("passed", [])
    other = script_of("u", [(posed(settled("y"), "similar"),)], scenario="talk")
    missing, _ = play_recorded(trials_of([other]), tmp_path, "replay", silent)
    (verdict,) = (each.verdict for each in missing if isinstance(each, Judged))
    assert verdict.outcome == "broken"
    assert 'text 1 differs: recorded "x", asked "y"' in verdict.reason
