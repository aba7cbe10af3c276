"""What is kept of trials: under which cell and item, each distinct reply once."""

from runner.core.comparison.design import Expected, Item
from runner.core.comparison.observing import FOOT, LONGEST_KEPT, observe
from runner.core.message import Usage
from runner.core.transcript import Transcript
from tests.experiment import Labelled, expected, refused, trial
from tests.played import verdict


def with_exchange(labelled: Labelled, **fields: object) -> Labelled:
    """The trial with something else known of the exchange of its first turn."""
    label, transcript = labelled
    turn, *rest = transcript.turns
    exchange = turn.exchanges[0].model_copy(update=fields)
    first = turn.model_copy(update={"exchanges": (exchange,)})
    return label, transcript.model_copy(update={"turns": (first, *rest)})


def test_repeats_beyond_the_planned_are_the_twin_s() -> None:
    """The base's later repeats are counted as the twin's, from 1 again; without a twin they stay the base's."""
    whole = expected(repeats=2, twin=True)
    trials = [trial(whole, "0", repeat) for repeat in (4, 1, 3, 2)] + [trial(whole, "1", 1)]
    seen = observe(whole, trials)
    repeats = {key: [tried.repeat for tried in seen.of(key)] for key in seen.trials}
    assert repeats == {("0", "base"): [1, 2], ("0", "twin"): [1, 2], ("1", "treatment"): [1]}
    alone = observe(expected(repeats=2), trials)
    assert [tried.repeat for tried in alone.of(("0", "base"))] == [1, 2, 3, 4]


def test_items_are_found_by_their_other_axes() -> None:
    """The axis that is compared is no part of an item, the others are; where runs are compared, all of them are."""
    items = tuple(Item(f"s0[system={name}]", "s0", None, {"system": name}) for name in ("v1", "v2"))
    by_axis = Expected("temperature", "0", (("0", 0), ("1", 1)), items, 1, twin=False, seed=None)
    runs = tuple(
        Item(item.id, "s0", None, {"system": item.variant["system"], "temperature": 1}) for item in items
    )
    by_run = Expected("run", "a", (("a", "a"), ("b", "b")), runs, 1, twin=False, seed=None)
    told = trial(expected(), "1", 1)[1].model_copy(
        update={"scenario": "s0", "case": None, "variant": {"temperature": 1, "system": "v2"}}
    )
    assert [len(each) for each in observe(by_axis, [("1", told)]).trials["1", "treatment"].values()] == [0, 1]
    assert [len(each) for each in observe(by_run, [("b", told)]).trials["b", "treatment"].values()] == [0, 1]
    assert observe(by_axis, [("1", told.model_copy(update={"case": "c9"}))]).strangers == {"1": 1}


def test_a_reply_is_kept_once_and_bounded() -> None:
    """However often something is said, one text is kept; of a long one the beginning, with the length of the whole."""
    whole = expected(repeats=3)
    long = "word " * LONGEST_KEPT
    seen = observe(whole, [trial(whole, "0", repeat, [long, "yes"], "pp") for repeat in (1, 2, 3)])
    assert len(seen.texts) == 2
    kept = max(seen.texts.values(), key=lambda text: text.characters)
    assert (len(kept.beginning), kept.words, kept.characters) == (
        LONGEST_KEPT,
        LONGEST_KEPT,
        5 * LONGEST_KEPT,
    )
    other = observe(whole, [trial(whole, "0", 1, long), trial(whole, "0", 2, long + "!")])
    assert len(other.texts) == 2


def test_answers_of_checks_are_kept_turn_by_turn() -> None:
    """How each check came out; a turn in which one broke answers nothing, and the whole stands at the foot."""
    whole = expected(repeats=1)
    label, told = trial(whole, "0", 1, ["a", "b", "c"], ["pn", "fb", ""], verdicts=(verdict("failed"),))
    [tried] = observe(whole, [(label, told)]).of(("0", "base"))
    assert tried.answers == {0: "passed not-applicable", FOOT: "failed"}
    assert tried.passed == {0: True, 1: False, FOOT: False}
    assert (tried.outcome, tried.score) == ("failed", 1 / 3)


def test_replayed_replies_took_no_time_and_no_money() -> None:
    """What came from a recording has no latency and no cost of its own; its tokens are those that were recorded."""
    whole = expected(repeats=1)
    told = trial(whole, "0", 1, ["a", "b"], "pp", cost_usd=0.01)
    [tried] = observe(whole, [with_exchange(told, replayed=True)]).of(("0", "base"))
    assert (tried.latencies, tried.cost, tried.spent, tried.completion_tokens) == ((0.5,), None, 0.01, 4)


def test_tokens_are_known_altogether_or_not() -> None:
    """If one reply does not say, nothing is guessed."""
    whole = expected(repeats=1)
    told = trial(whole, "0", 1, ["a", "b"], "pp")
    [tried] = observe(whole, [with_exchange(told, usage=Usage(prompt_tokens=3))]).of(("0", "base"))
    assert (tried.prompt_tokens, tried.completion_tokens) == (13, None)


def test_a_refused_request_costs_nothing() -> None:
    """A server that refuses has made nothing; a request that timed out may have cost something."""
    whole = expected(repeats=2)
    trials = [refused(whole, "1", 1), trial(whole, "1", 2, None, "")]
    assert [tried.spent for tried in observe(whole, trials).of(("1", "treatment"))] == [0.0, None]


def test_refusals_of_the_model_are_counted() -> None:
    """Replies with the API's own field, not such as only read like a refusal."""
    whole = expected(repeats=1)
    refusal = {"role": "assistant", "content": None, "refusal": "I cannot."}
    [tried] = observe(whole, [trial(whole, "0", 1, ["I cannot.", refusal], "pp")]).of(("0", "base"))
    assert tried.refusals == 1


def test_a_trial_that_never_began_has_nothing() -> None:
    """A transcript without a turn is kept as what it is."""
    whole = expected(repeats=1)
    label, told = trial(whole, "0", 1)
    empty: Transcript = told.model_copy(update={"turns": (), "status": "stopped", "cost_usd": None})
    [tried] = observe(whole, [(label, empty)]).of(("0", "base"))
    assert (tried.outcome, tried.replies, tried.score, tried.spent) == ("unfinished", {}, None, 0.0)
