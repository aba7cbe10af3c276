"""A talk as a scenario, and a played conversation as the beginning of a talk."""

from runner.core.conversation import Conversation
from runner.core.spoken import messages_until
from runner.core.talk import heard_turns, write_down
from runner.core.transcribing import fold_transcript
from runner.core.transcript import Transcript
from runner.core.trial import Line, Script, Trial
from tests.stage import begun, drive, fail_on, reply_to, script_of


def played(turns: str, fails_on: str = "") -> Transcript:
    trial = Trial(script_of(turns))
    start, first = begun(trial)
    _, events, _ = drive(start, fail_on(fails_on) if fails_on else reply_to)
    return fold_transcript("r", trial, [first, *events])


def said(words: str, **params: float) -> Line:
    return Line(message={"role": "user", "content": words}, params=params or None)


def test_what_was_said_up_to_a_turn_is_a_beginning() -> None:
    """Gold turns count as turns, and nothing after the turn comes along."""
    transcript = played("uauu")
    assert heard_turns(transcript) == 4
    roles = [message["role"] for message in messages_until(transcript, 3)]
    assert roles == ["system", "user", "assistant", "assistant", "user", "assistant"]
    assert messages_until(transcript, 4) == transcript.messages


def test_only_what_was_answered_can_be_gone_on_from() -> None:
    """A turn without a reply, and what comes after it, is no history."""
    transcript = played("uuu", fails_on="u1")
    assert heard_turns(transcript) == 1
    assert len(messages_until(transcript, 1)) == 3


def test_a_talk_written_down_asks_the_same() -> None:
    """Params that all turns have stand above; what a turn was asked with beside them stands with the turn."""
    script = script_of("", params={"seed": 1, "temperature": 0})
    script = (
        script.with_line(said("a")).with_line(said("b", seed=1, temperature=1)).with_line(said("c", seed=1))
    )
    scenario = write_down(script, "t")
    assert scenario.params == {"seed": 1}
    assert [turn.params for turn in scenario.turns] == [{"temperature": 0}, {"temperature": 1}, {}]
    assert scenario.opening is not None
    assert scenario.opening.content == "be brief"


def test_a_history_is_written_down_without_the_replies_that_are_asked_again() -> None:
    """An assistant's message that answers no line stays, as a gold turn."""
    history = [message for message in played("uau").messages if message["role"] != "system"]
    script = Script(variant="chat", scenario="chat", provider="p", model="m", opening=tuple(history))
    turns = write_down(script.with_line(said("more")), "t").turns
    assert [(turn.role, turn.content) for turn in turns] == [
        ("user", "u0"),
        ("assistant", "a1"),
        ("user", "u2"),
        ("user", "more"),
    ]


def test_a_history_is_asked_again_with_what_it_was_asked_with() -> None:
    """Each of its lines with its own params; those of which nothing is known, with the talk's."""
    history = tuple({"role": role, "content": "x"} for role in ("user", "assistant") * 3)
    script = Script(
        variant="chat", scenario="chat", provider="p", model="m", params={"seed": 1}, opening=history
    ).model_copy(update={"opening_params": ({"seed": 1, "top_p": 0.5}, {})})
    scenario = write_down(script.with_line(said("more")), "t")
    assert scenario.params == {}
    assert [turn.params for turn in scenario.turns] == [
        {"seed": 1},
        {"seed": 1, "top_p": 0.5},
        {},
        {"seed": 1},
    ]


def test_the_instructions_change_and_the_history_stays() -> None:
    """Another system message takes the place of the first, and none leaves the rest as it is."""
    script = script_of("", is_open=True)
    assert script.instructed({"role": "system", "content": "x"}).opening[0]["content"] == "x"
    assert script.instructed(None).opening == ()
    assert Conversation.begin(Trial(script)).conclude()[1] == ()
