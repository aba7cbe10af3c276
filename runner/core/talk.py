"""A talk as a scenario that plays it back, and a played conversation as the beginning of a talk; it reads no file."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from runner.core.message import Message
from runner.core.scenario import Opening, Scenario, Turn
from runner.core.template import escape
from runner.core.transcript import Transcript
from runner.core.trial import INSTRUCTING, Script
from runner.core.value import Json


def write_down(script: Script, name: str) -> Scenario:
    """The scenario whose turns are the lines that were typed; what the model said is asked for again."""
    history = [message for message in script.opening if message.get("role") not in INSTRUCTING]
    before = _params_before(script, sum(message.get("role") == "user" for message in history))
    asked = [script.params_of(turn) for turn in range(len(script.turns))]
    common = _common([*before, *asked] or [script.params])
    opening = next((message for message in script.opening if message.get("role") in INSTRUCTING), None)
    return Scenario(
        name=name,
        description="A talk, written down to be played again.",
        provider=script.provider,
        model=script.model,
        opening=None
        if opening is None
        else Opening(role=opening["role"], content=_told(opening["content"], script.secrets)),
        params=common,
        secrets={name: name for name in script.secrets},
        turns=(
            *_earlier(history, [_beyond(params, common) for params in before], script.secrets),
            *(
                Turn(content=_told(line.message["content"], script.secrets), params=_beyond(params, common))
                for line, params in zip(script.turns, asked, strict=True)
            ),
        ),
    )


def _params_before(script: Script, users: int) -> list[dict[str, Json]]:
    """What went with each of the opening's user messages; the talk's own params where that is not known."""
    known = script.opening_params[-users:] if users else ()
    return [script.params] * (users - len(known)) + list(known)


def _told(content: Json, secrets: Collection[str]) -> Json:
    """What was said as a template that renders to it, with variables in the place of secrets' marks."""
    match content:
        case str():
            pieces = (
                re.split(f"<secret:({'|'.join(map(re.escape, secrets))})>", content) if secrets else [content]
            )
            return "".join(
                f"{{{{ {each} }}}}" if place % 2 else escape(each) for place, each in enumerate(pieces)
            )
        case list():
            return [_told(item, secrets) for item in content]
        case dict():
            return {name: _told(item, secrets) for name, item in content.items()}
        case _:
            return content


def _earlier(
    history: Sequence[Message], params: Sequence[dict[str, Json]], secrets: Collection[str]
) -> Iterator[Turn]:
    """The turns of a history: an assistant's message that answers no line was given, and is given again."""
    before, asked = "", iter(params)
    for message in history:
        role, content = message.get("role"), message.get("content")
        if role == "user":
            yield Turn(content=_told(content or "", secrets), params=next(asked))
        elif role == "assistant" and before != "user":
            yield Turn(role="assistant", content=_told(content or "", secrets))
        before = str(role)


def _common(params: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """The request fields that are the same in all of some requests."""
    first, *rest = params
    return {
        name: value
        for name, value in first.items()
        if all(name in each and each[name] == value for each in rest)
    }


def _beyond(params: Mapping[str, Json], common: Mapping[str, Json]) -> dict[str, Json]:
    """The request fields beside those that are common."""
    return {name: value for name, value in params.items() if name not in common}


def heard_turns(transcript: Transcript) -> int:
    """How many turns of a transcript can be gone on from: those before the first that was not heard or given."""
    return next(
        (turn.turn for turn in transcript.turns if turn.status not in {"heard", "given"}),
        len(transcript.turns),
    )
