"""The encoded chain, its key, and the request's body."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runner.core.message import Chain, Reply, Request, close_key

USER = {"role": "user", "content": "hi"}
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant"]), "content": st.text(st.characters())}
    ),
    max_size=5,
)


def chain_of(said: list[dict[str, Any]]) -> Chain:
    chain = Chain()
    for message in said:
        chain = chain.add(message)
    return chain


def request_of(chain: Chain, **params: object) -> Request:
    return Request(slot="s", purpose="turn", provider="p", model="m", params=params, chain=chain, key="k")


@given(messages)
def test_the_body_holds_exactly_what_was_said(said: list[dict[str, Any]]) -> None:
    """The body is the messages in order, the model and the params, and nothing else."""
    body = json.loads(request_of(chain_of(said), temperature=0).body())
    assert body == {"messages": said, "model": "m", "temperature": 0}


def test_extra_body_is_merged_into_the_body() -> None:
    """A server's own fields stand beside the API's, as in the openai package; what a transport adds comes last."""
    body = json.loads(request_of(chain_of([USER]), extra_body={"top_k": 3}, seed=1).body(stream=True))
    assert body == {"messages": [USER], "model": "m", "seed": 1, "top_k": 3, "stream": True}


@given(messages, messages)
def test_keys_differ_where_histories_differ(one: list[dict[str, Any]], two: list[dict[str, Any]]) -> None:
    """Two histories have one key if and only if they are the same history."""
    keys = [close_key(chain_of(said), model="m", params={}) for said in (one, two)]
    assert (keys[0] == keys[1]) == (one == two)


def test_a_key_covers_model_params_and_path_in_any_order() -> None:
    """The key changes with model, params and path, and not with the order in which params were written."""
    chain = chain_of([USER])
    key = close_key(chain, model="m", params={"a": 1, "b": 2})
    assert key == close_key(chain, model="m", params={"b": 2, "a": 1})
    others = {
        close_key(chain, model="n", params={"a": 1, "b": 2}),
        close_key(chain, model="m", params={"a": 1}),
        close_key(chain, model="m", params={"a": 1, "b": 2}, path="/other"),
    }
    assert key not in others
    assert len(others) == 3


def test_the_key_of_a_known_chain_stays_what_it_is() -> None:
    """The chain's encoding is part of the journal's schema: this digest may change only with a new version."""
    chain = chain_of([{"role": "system", "content": "é"}, USER])
    assert (
        close_key(chain, model="m", params={"temperature": 0.7}) == "ef2158aa68bf88e78992a127fd4c0493a674e943"
    )


def test_an_assistant_message_goes_into_the_history_in_a_fixed_order() -> None:
    """Role, content, then refusal and tool calls where they are not null; nothing else of the reply is sent back."""
    message = {
        "tool_calls": [{"id": "1"}],
        "content": None,
        "refusal": None,
        "role": "assistant",
        "reasoning": "x",
    }
    assert list(Reply(message=message).said.items()) == [
        ("role", "assistant"), ("content", None), ("tool_calls", [{"id": "1"}])
    ]  # fmt: skip
