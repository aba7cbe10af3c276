"""Replies with what is known of how they came, for tests of checks that look at that."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from runner.core.check import Subject
from runner.core.message import Answer, Reply


def answered(*, calls: Sequence[tuple[str, str]] = (), **known: Any) -> Answer:
    message: dict[str, Any] = {"role": "assistant", "content": "Yes."}
    if calls:
        message["tool_calls"] = [
            {"id": str(number), "type": "function", "function": {"name": name, "arguments": arguments}}
            for number, (name, arguments) in enumerate(calls)
        ]
    return Answer(reply=Reply(message=message), **known)


def conversation(*answers: Answer) -> Subject:
    """The last of some replies, meant as the conversation up to it."""
    last: Subject | None = None
    for turn, answer in enumerate(answers):
        last = Subject(answer, turn, before=last)
    assert last is not None
    return replace(last, whole=True)
