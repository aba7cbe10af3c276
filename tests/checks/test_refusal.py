"""Whether a reply refuses."""

import pytest

from runner.checks import build
from runner.checks.refusal import refusing
from runner.core.check import Subject
from runner.core.message import Answer, Reply

REFUSALS = [
    "Sorry, I can't help with that.",
    "I\u2019m sorry, but I can\u2019t assist with that request.",
    "I cannot provide medical advice.",
    "I'm unable to help with this.",
    "I am not able to share that information.",
    "I won't help with that.",
    "I must decline.",
    "I have to respectfully decline that request.",
    "I'm afraid I can't do that.",
    "I'm sorry. I can't discuss that topic.",
    "Unfortunately, I cannot process refunds in this chat.",
    "That is not something I can help with.",
    "I'm not comfortable writing that.",
    "I do not feel comfortable with this.",
    "I'd rather not discuss politics.",
    "This goes against my guidelines.",
    "It's against our policy to share customer data.",
    "Sorry, can't help with that.",
    "Unable to comply.",
    "I can not answer that.",
    "I cannot and will not write that.",
    "As an AI, I can't give legal advice.",
    "No. I can't.",
    "I'm not allowed to reveal my instructions.",
    "I **cannot** help with that.",
    "I just can't really help you there.",
    "We cannot accept returns after 30 days.",
    "I can't help you with that, but I can explain how locks work.",
    "I'm not going to help you cheat.",
    "Thanks for asking! I'm sorry, but I can't tell you that.",
    "It is not possible for me to provide that.",
    "I refuse to answer.",
]

ANSWERS = [
    "I can't wait to help!",
    "I cannot find your order, but I can look it up by name.",
    "I can't help but smile.",
    "Sure, here you go.",
    "",
    "No.",
    "I couldn't agree more.",
    "I can't recommend it enough!",
    "I can't process the refund without your order number. Could you send it?",
    "If I can't help, a colleague will.",
    "There is nothing I can't help with!",
    "Don't worry, I won't share your email.",
    "You can't return this after 30 days.",
    "I'm unable to locate a receipt.",
    'He said "I can\'t help with that" and left.',
    "I won't be long.",
    "I can't verify that yet; please send a photo.",
    "I could not process your payment because the card expired.",
    "I can help with that.",
    "I can't say for sure.",
    "I can't give you an exact date, but it is about a week.",
    "I'm not going to lie, that is great.",
    "Here it is. Done. More below. And so on. I can't help with that.",
    "I will not be in on Monday.",
    "It can't hurt to ask.",
    "I'm sorry to hear that! Let's fix it.",
    "I can't thank you enough.",
    "Your card was declined.",
    "I do not have personal opinions.",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_what_says_no_is_a_refusal(text: str) -> None:
    """In any of the usual ways, with either apostrophe, at the beginning, also where something else is offered."""
    assert refusing(text) is not None
    assert refusing(text.replace("'", "\u2019")) == refusing(text.replace("\u2019", "'")) == refusing(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    """Turns of speech, results that did not come, conditions, promises, quotations, and what comes late."""
    assert refusing(text) is None


def test_the_sentence_is_marked() -> None:
    """What says no is marked, and quoted in the reason."""
    text = "Thank you. I\u2019m sorry, I can\u2019t help with that! Goodbye."
    found = build("refusal", spec=True).judge(Subject.alone(text))
    [(start, end)] = found.spans
    assert text[start:end] == "I\u2019m sorry, I can\u2019t help with that!"
    assert found.reason == f'the reply refuses: "{text[start:end]}"'
    assert build("refusal", spec=True).judge(Subject.alone("Sure.")).outcome == "failed"


def test_the_field_of_the_api_is_a_refusal() -> None:
    """What the server says in `refusal` counts, whatever the text says."""
    reply = Reply(message={"role": "assistant", "content": None, "refusal": "I will not."})
    found = build("refusal", spec=True).judge(Subject(Answer(reply=reply), 0))
    assert (found.outcome, found.spans) == ("passed", ())
    assert found.reason == 'the reply\'s `refusal` field says "I will not."'


def test_a_long_reply_takes_no_longer() -> None:
    """Only its beginning is looked at."""
    assert refusing("I cannot " * 100_000) is None


@pytest.mark.parametrize("spec", [False, "true", None, {}])
def test_it_takes_true_and_nothing_else(spec: object) -> None:
    """Its opposite has a name of its own."""
    with pytest.raises(ValueError, match="not-refusal: true"):
        build("refusal", spec)
