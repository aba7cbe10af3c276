"""Played conversations for tests of what is made from transcripts, without playing anything."""

from typing import Any

from runner.core.finding import Verdict
from runner.core.message import Message, Usage
from runner.core.transcript import Exchange, PlayedTurn, Transcript


def played(*said: tuple[Any, Any], **fields: Any) -> Transcript:
    """A finished conversation of turns: what the user says, and what the model answers; None where it does not.

    `cut` is what cut each reply, and `checked` has the verdicts of turns.
    """
    messages: list[Message] = list(fields.pop("opening", ()))
    verdicts = fields.pop("checked", {})
    finish_reason = fields.pop("cut", "stop")
    turns = []
    for index, (line, reply) in enumerate(said):
        messages.append({"role": "user", "content": line})
        error = {"kind": "timed_out", "message": "nothing came"} if reply is None else None
        if reply is not None:
            messages.append(reply if isinstance(reply, dict) else {"role": "assistant", "content": reply})
        exchange = Exchange(
            message=None if reply is None else len(messages) - 1,
            finish_reason=None if reply is None else finish_reason,
            latency_s=0.5,
            usage=Usage(prompt_tokens=10, completion_tokens=2),
            error=error,
        )
        turns.append(
            PlayedTurn(
                turn=index,
                line=index + 3,
                status="unanswered" if reply is None else "heard",
                exchanges=(exchange,),
                verdicts=tuple(verdicts.get(index, ())),
            )
        )
    unanswered = bool(said) and said[-1][1] is None
    told = {
        "run": "20260101-000000-talk",
        "id": "talk[temperature=0]#1",
        "scenario": "talk",
        "path": "talk.yaml",
        "variant": {"temperature": 0},
        "repeat": 1,
        "provider": "canned",
        "model": "canned-1",
        "params": {"temperature": 0},
        "status": "unanswered" if unanswered else "finished",
        "error": {"kind": "timed_out", "message": "nothing came", "turn": len(said) - 1}
        if unanswered
        else None,
        **fields,
    }
    return Transcript.model_validate({**told, "messages": messages, "turns": turns})


def verdict(outcome: str = "failed", check: str = "contains", reason: str = "it is not there") -> Verdict:
    """A verdict of a check."""
    return Verdict.model_validate({"check": check, "outcome": outcome, "reason": reason, "line": 9})
