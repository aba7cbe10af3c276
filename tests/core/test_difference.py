"""Two conversations beside each other: which turns and verdicts differ."""

from runner.core.difference import Change, changes, compare
from runner.core.spoken import text_of
from tests.played import played, verdict


def test_turns_are_paired_by_their_lines() -> None:
    """A turn that one script has more stands alone; the others are held against their own like."""
    old = played(("Hi", "Hello"), ("A kettle", "Yes"), ("Bye", "Bye"))
    new = played(("Hi", "Hello"), ("By the way", "What?"), ("A kettle", "No"), ("Bye", "Bye"))
    found = compare(old, new)
    pairs = [
        tuple(None if side is None or side.line is None else text_of(side.line) for side in pair.sides)
        for pair in found.turns
    ]
    assert pairs == [("Hi", "Hi"), (None, "By the way"), ("A kettle", "A kettle"), ("Bye", "Bye")]
    assert [pair.is_same for pair in found.turns] == [True, False, False, True]


def test_a_changed_line_stays_beside_its_old_form() -> None:
    """Lines that changed are paired by their order."""
    found = compare(played(("Hi", "Hello"), ("A kettle", "Yes")), played(("Hi", "Hello"), ("A pot", "Yes")))
    assert [pair.is_same for pair in found.turns] == [True, False]
    assert found.turns[1].old is not None
    assert found.turns[1].new is not None


def test_what_differs() -> None:
    """Status, opening, and outcomes of the same checks differ; how long it took, and in which words, does not count."""
    old = played(
        ("Hi", "Hello"),
        ("Bye", "Bye"),
        opening=[{"role": "system", "content": "a"}],
        checked={0: [verdict("passed"), verdict("passed", reason="one")]},
        verdicts=[{"check": "words", "outcome": "passed", "reason": "", "line": 1, "of": "every"}],
    )
    new = played(
        ("Hi", "Hello"),
        ("Bye", None),
        opening=[{"role": "system", "content": "b"}],
        checked={0: [verdict("failed"), verdict("passed", reason="two")]},
    )
    found = compare(old, new)
    assert found.changes == (Change("status", "finished", "unanswered"),)
    assert [one["content"] for pair in found.opening for one in pair if one] == ["a", "b"]
    [change] = found.turns[0].verdicts
    assert (change.old and change.old.outcome, change.new and change.new.outcome) == ("passed", "failed")
    assert found.verdicts[0].new is None
    assert found.verdicts[0].verdict.check == "words"
    assert not found.turns[1].is_same
    again = played(("Hi", "Hello"), duration_s=9.0, run="another", usage={"prompt_tokens": 3})
    assert compare(played(("Hi", "Hello")), again).is_same


def test_settings_are_told_one_by_one() -> None:
    """Of params each that differs is a change of its own."""
    old = {"model": "a", "params": {"temperature": 0, "seed": 1}}
    new = {"model": "a", "params": {"temperature": 1, "seed": 1, "top_p": 0.5}}
    assert list(changes(old, new)) == [Change("params.temperature", 0, 1), Change("params.top_p", None, 0.5)]
