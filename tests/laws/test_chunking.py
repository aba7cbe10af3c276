"""Any chunking of a stream gives the same reply as the plain answer."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runner.transports.chunks import Events, Gathered
from runner.transports.wire import Told, read_plain
from tests.loopback import USAGE, chunk

TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
"""Any text, lone surrogates and pairs in two pieces included."""

NAMES = st.text("abc_", min_size=1, max_size=8)
CALL = st.fixed_dictionaries(
    {"type": st.just("function"), "function": st.fixed_dictionaries({"name": NAMES, "arguments": TEXT})}
)
TOKEN = st.fixed_dictionaries({"token": TEXT, "logprob": st.floats(-9, 0), "top_logprobs": st.just([])})
MESSAGE = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.none() | TEXT, "refusal": st.none() | TEXT},
    optional={
        "tool_calls": st.lists(CALL, max_size=3),
        "reasoning_content": st.none() | TEXT,
        "annotations": st.lists(st.fixed_dictionaries({"url": NAMES}), max_size=2),
        "audio": st.fixed_dictionaries({"id": NAMES, "data": TEXT, "expires_at": st.integers()}),
    },
)
ANSWER = st.tuples(
    MESSAGE,
    st.sampled_from(["stop", "length", "tool_calls"]),
    st.none() | st.lists(TOKEN, max_size=4),
    st.booleans(),
)


def halves(data: st.DataObject, text: str) -> list[str]:
    """A text in pieces, split anywhere between UTF-16's units, as some servers do it."""
    units = text.encode("utf-16-le", "surrogatepass")
    cuts = sorted(data.draw(st.sets(st.integers(0, len(units) // 2), max_size=4)))
    edges = [0, *cuts, len(units) // 2]
    return [units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass") for start, end in pairwise(edges)]


def deltas_of(data: st.DataObject, message: dict[str, Any]) -> list[dict[str, Any]]:
    """A message as deltas: the pieces of each field in their order, the fields' pieces mixed."""
    tracks: list[list[dict[str, Any]]] = []
    for name, value in message.items():
        if name in {"content", "refusal", "reasoning_content"} and value is not None:
            tracks.append([{name: piece} for piece in halves(data, value)])
        elif name == "tool_calls":
            tracks += [call_deltas(data, index, call) for index, call in enumerate(value)]
        elif name == "annotations":
            tracks.append([{name: [item]} for item in value])
        elif name == "audio":
            whole: dict[str, Any] = {"audio": {"id": value["id"], "expires_at": value["expires_at"]}}
            tracks.append([whole, *({"audio": {"data": piece}} for piece in halves(data, value["data"]))])
    openings: list[dict[str, Any]] = [
        {"role": "assistant"},
        {"role": "assistant", "content": "", "refusal": None},
    ]
    mixed = [data.draw(st.sampled_from(openings))]
    while tracks := [track for track in tracks if track]:
        mixed.append(data.draw(st.sampled_from(tracks)).pop(0))
    return mixed


def call_deltas(data: st.DataObject, index: int, call: dict[str, Any]) -> list[dict[str, Any]]:
    """A tool call as deltas of its index."""
    function = call["function"]
    first, *rest = halves(data, function["arguments"])
    head = {
        "index": index,
        "id": call["id"],
        "type": call["type"],
        "function": {"name": function["name"], "arguments": first},
    }
    return [
        {"tool_calls": [head]},
        *({"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in rest),
    ]


def chunks_of(data: st.DataObject, answer: tuple[Any, ...]) -> list[Any]:
    """An answer as chunks: with chunks that say nothing, the probabilities spread, usage at the end or not at all."""
    message, finish_reason, logprobs, counted = answer
    chunks: list[Any] = []
    left = list(logprobs or [])
    for delta in deltas_of(data, message):
        some = [left.pop(0) for _ in range(data.draw(st.integers(0, len(left))))]
        chunks.append(chunk(delta, logprobs={"content": some, "refusal": None} if some else None))
        if data.draw(st.booleans()):
            chunks.append(
                data.draw(st.sampled_from([chunk({}), {**chunk({}), "choices": []}, {"choices": None}]))
            )
    if left:
        chunks.append(chunk({}, logprobs={"content": left}))
    chunks.append(chunk({}, finish_reason=finish_reason))
    return [*chunks, {**chunk({}), "choices": [], "usage": USAGE}] if counted else chunks


def number_calls(message: dict[str, Any]) -> dict[str, Any]:
    """The message with an id for each of its calls."""
    calls = [{"id": f"call_{index}", **call} for index, call in enumerate(message.get("tool_calls", []))]
    return {**message, "tool_calls": calls} if calls else message


def plainly(answer: tuple[Any, ...]) -> Told:
    """What the plain answer says."""
    message, finish_reason, logprobs, counted = answer
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": finish_reason,
        "logprobs": logprobs and {"content": logprobs},
    }
    whole = {"model": chunk({})["model"], "system_fingerprint": "fp_1", "choices": [choice]}
    return read_plain(json.dumps({**whole, "usage": USAGE if counted else None}).encode())


@given(ANSWER, st.data())
def test_any_chunking_gives_the_plain_reply(answer: tuple[Any, ...], data: st.DataObject) -> None:
    """However a reply is cut into chunks, what is heard is what the plain answer says."""
    answer = (number_calls(answer[0]), *answer[1:])
    gathered = Gathered()
    told = "".join(
        text
        for item in chunks_of(data, answer)
        for kind, text in gathered.add(json.loads(json.dumps(item)))
        if kind == "content"
    )
    heard, plain = gathered.tell(), plainly(answer)
    assert heard.failure == plain.failure
    assert heard.usage == plain.usage
    if plain.reply is None:
        return
    assert heard.reply is not None
    assert heard.reply.dump() == plain.reply.dump()
    # What was told piece by piece is the reply's text, but for half a pair that nothing followed.
    assert (heard.reply.text or told) in {told, *(told + chr(code) for code in range(0xD800, 0xDC00))}


@given(st.lists(TEXT, max_size=5), st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_any_splitting_gives_the_same_events(texts: list[str], end: str, data: st.DataObject) -> None:
    """However the bytes of a stream are split on their way, and however its lines end, its events are the same."""
    bodies = [json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass") for text in texts]
    line = end.encode()
    whole = b"".join(b": comment" + line + b"data: " + body + line + line for body in bodies)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=12)))
    edges = [0, *cuts, len(whole)]
    events = Events()
    got: list[bytes] = []
    for start, stop in pairwise(edges):
        got += events.feed(whole[start:stop])
    assert [*got, *events.end()] == bodies


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_reads_any_stream(pieces: list[bytes]) -> None:
    """Whatever bytes a stream is made of, it ends as a reply or as a failure with a name."""
    events, gathered = Events(), Gathered()
    for piece in pieces:
        for body in events.feed(b"data: " + piece):
            gathered.read(body)
    told = gathered.tell()
    assert (told.reply is None) != (told.failure is None)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "tool_calls", "function", "index", "id", "audio"]), inner, max_size=4))  # fmt: skip


@given(
    st.lists(
        st.fixed_dictionaries({"delta": JSON, "finish_reason": JSON, "index": JSON, "logprobs": JSON}),
        max_size=4,
    ),
    JSON,
)
def test_gathers_anything(choices: list[dict[str, Any]], other: Any) -> None:
    """Whatever JSON the chunks hold, the stream ends as a reply or as a failure with a name."""
    gathered = Gathered()
    for choice in choices:
        gathered.add({"choices": [choice], "usage": other, "model": other})
    gathered.add({"choices": other})
    told = gathered.tell(sends_finish_reason=False)
    assert (told.reply is None) != (told.failure is None)
