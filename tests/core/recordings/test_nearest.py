"""What is said of a question that was not recorded."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from runner.core.message import Answer, Chain, Message, Reply, Request, close_key
from runner.core.recordings.nearest import Nearest
from runner.core.recordings.recording import write_entry
from tests.asking import embeddings_request

SYSTEM = "You are a support agent.\nBe brief.\nNever lie."


def request(*messages: Message, model: str = "m", draw: int = 1, **params: Any) -> Request:
    chain = Chain()
    for message in messages:
        chain = chain.add(message)
    return Request(
        "turns[0]", "turn", "p", model, params, chain, close_key(chain, model=model, params=params), draw
    )


def texts(*said: str, model: str = "m", **params: Any) -> Request:
    return embeddings_request(*said, model=model, **params)


def say(role: str, content: Any) -> Message:
    return {"role": role, "content": content}


TALK = (say("system", SYSTEM), say("user", "hello"), say("assistant", "hi there"), say("user", "my money"))


def recorded(*asked: Request) -> Nearest:
    reply = Answer(reply=Reply(message=say("assistant", "hi there")))
    return Nearest(json.loads(write_entry(each, reply, ())) for each in asked)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            request(say("system", SYSTEM.replace("lie", "ever lie")), TALK[1]),
            'the system message differs at line 3: recorded "Never lie.", asked "Never ever lie."',
        ),
        (
            request(*TALK[:3], say("user", "my honey")),
            'user message 2 differs: recorded "my money", asked "my honey"',
        ),
        (request(TALK[0], say("user", "")), 'user message 1 differs: recorded "hello", asked ""'),
        (request(*TALK[:2], temperature=0.7), "params differ: temperature 0 recorded, 0.7 asked"),
        (request(*TALK[:2], temperature=0, seed=1), "params differ: seed nothing recorded, 1 asked"),
        (
            request(*TALK[:2], model="n", temperature=0),
            "the model differs: `m` recorded, `n` asked",
        ),
        (request(*TALK[:2], draw=4, temperature=0), "draw 4 of this question is not recorded, 1 to 3 were"),
        (request(*TALK, draw=2, temperature=0), "draw 2 of this question is not recorded, 1 was"),
        (
            request(TALK[1]),
            "at user message 1 a message of the role system is recorded, one of the role user asked",
        ),
        (
            request(*TALK, say("assistant", "hi there"), say("user", "more")),
            "the recording ends with assistant message 2",
        ),
        (
            request(*TALK[:2], say("assistant", "hi here"), TALK[3]),
            'assistant message 1 differs: recorded "hi there", asked "hi here"',
        ),
    ],
)
def test_the_nearest_recording_is_named_with_what_differs(asked: Request, sentence: str) -> None:
    """Its message and line, its params, its model or its draw, whichever is the first to differ."""
    first = [request(*TALK[:2], draw=draw, temperature=0) for draw in (1, 2, 3)]
    assert recorded(*first, request(*TALK, temperature=0)).tell(asked) == sentence


def test_where_nothing_is_recorded_that_is_said() -> None:
    """An empty cassette differs in nothing."""
    assert recorded().tell(request(*TALK[:2])) == "nothing of this scenario is recorded"


def test_of_several_the_most_alike_is_named() -> None:
    """Two prompts are recorded: the one that was changed is told, not the other."""
    found = recorded(request(say("system", "You write poems about the sea."), TALK[1]), request(*TALK[:2]))
    told = found.tell(request(say("system", SYSTEM + "!"), TALK[1]))
    assert told == 'the system message differs at line 3: recorded "Never lie.", asked "Never lie.!"'


@pytest.mark.parametrize(
    "content", ["\x1b[31mred\x1b[0m", "a\u2028b", "\ud800", "<script>", "\u202eevil", "x" * 100_000]
)
def test_what_is_told_of_a_message_is_short_and_on_one_line(content: str) -> None:
    """Recorded text is anybody's text: nothing of it reaches a terminal as it is, and no more than a glimpse of it."""
    told = recorded(request(say("user", content))).tell(request(say("user", "hello")))
    assert told.isprintable()
    assert len(told) < 250


def test_long_lines_are_told_from_where_they_part() -> None:
    """What is the same is left out."""
    told = recorded(request(say("user", "x" * 500 + "old end"))).tell(
        request(say("user", "x" * 500 + "new end"))
    )
    assert told == (f'user message 1 differs: recorded "...{"x" * 20}old end", asked "...{"x" * 20}new end"')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([{"type": "text", "text": "a"}], [{"type": "text", "text": "b"}]),
        ("a", [{"type": "text", "text": "b"}]),
        (None, "b"),
    ],
)
def test_content_in_parts_is_compared_as_well(old: Any, new: Any) -> None:
    """Whatever a content is made of, it can be told."""
    assert (
        recorded(request(say("user", old)))
        .tell(request(say("user", new)))
        .startswith("user message 1 differs: recorded")
    )


def test_a_message_that_differs_in_another_field_is_told_by_it() -> None:
    """Two messages of the same words."""
    told = recorded(request({**say("user", "a"), "name": "Ada"})).tell(
        request({**say("user", "a"), "name": "Bo"})
    )
    assert told == "user message 1 differs in `name`"


def test_many_draws_are_told_briefly() -> None:
    """Numbers with gaps, and more than a few."""

    def told(draws: Sequence[int]) -> str:
        return recorded(*(request(TALK[1], draw=draw) for draw in draws)).tell(request(TALK[1], draw=99))

    assert told([1, 2]).endswith("is not recorded, 1 and 2 were")
    assert told([1, 3, 9]).endswith("is not recorded, 1, 3 and 9 were")
    assert told([1, 3, 5, 7, 9, 11, 13]).endswith("is not recorded, 1, 3, 5, 7, 9 and more were")


def test_a_line_that_was_recorded_and_not_answered_is_told() -> None:
    """Where two lines in a row were recorded, the first of them had no reply."""
    found = recorded(request(TALK[1], say("user", "are you there?")))
    assert found.tell(request(TALK[1])) == "the recording goes on from user message 1 without a reply"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (texts("hello", "ho"), 'text 2 differs: recorded "hi", asked "ho"'),
        (texts("hallo", "hi"), 'text 1 differs: recorded "hello", asked "hallo"'),
        (texts("hello", "hi", dimensions=3), "params differ: dimensions nothing recorded, 3 asked"),
        (texts("hello"), "the recording goes on from text 1 without a reply"),
        (
            request(say("user", "hello")),
            "at user message 1 a message of the role text is recorded, one of the role user asked",
        ),
    ],
)
def test_texts_whose_vectors_are_not_recorded_are_told_apart(asked: Request, sentence: str) -> None:
    """As messages are, under a name of their own."""
    assert recorded(texts("hello", "hi")).tell(asked) == sentence
