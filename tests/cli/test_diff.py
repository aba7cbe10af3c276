"""`runner diff`."""

import json
from pathlib import Path

import pytest

from runner.core.message import Answer, Failure, Message, Request
from tests.cli.front import Front, require_golden, spoken

SHOP = """\
name: shop
system: Be brief.
turns:
  - "{{ wish }}, please"
  - user: Which colour?
    expect: {contains: red}
  - Thank you.
cases:
  - {id: kettle, wish: A kettle}
  - {id: pot, wish: A pot}
matrix:
  temperature: [0, 1]
"""
LONG = "We have it in {}, and it costs {} in the shop round the corner, if you have the card of our house."


def answer(colour: str, price: str) -> object:
    def respond(request: Request, messages: list[Message]) -> Answer | Failure:
        said = str(messages[-1]["content"])
        if "colour" not in said:
            return spoken(f"You said: {said}")
        if price == "nothing" and "pot" in str(messages[1]["content"]):
            return Failure(kind="rate_limited", message="the server answered 429: slow down", status=429)
        hot = request.params["temperature"]
        return spoken("Ask somebody else about that." if hot and price == "9" else LONG.format(colour, price))

    return respond


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    front = Front(tmp_path, monkeypatch)
    front.write("shop.yaml", SHOP)
    return front


def play(front: Front, colour: str, price: str, *words: str) -> str:
    front.answer(answer(colour, price))  # type: ignore[arg-type]
    known = set((front.folder / "outputs").glob("*"))
    front.type("play", "shop.yaml", "--quiet", "--in-flight", "1", *words)
    [new] = set((front.folder / "outputs").glob("*")) - known
    return new.name


@pytest.mark.parametrize("width", [120, 80, 40])
def test_two_runs(front: Front, width: int) -> None:
    """What differs is shown turn by turn, words and verdicts; what does not is counted; the model is named once."""
    old = play(front, "red", "9")
    new = play(front, "blue", "nothing", "--model", "other")
    shown = front.type("diff", old, new, width=width)
    assert shown.exit_code == 0
    assert shown.out.count("canned-1 -> other") == 1
    require_golden(f"diff-{width}", shown.page)


def test_nothing_differs(front: Front) -> None:
    """Runs in which the same was said are the same, whatever they took."""
    old, new = play(front, "red", "9"), play(front, "red", "9")
    out = front.type("diff", old, new).out
    assert out.endswith("\n\n4 conversations are the same\n")


def test_other_lines_and_other_trials(front: Front) -> None:
    """A changed script shows both lines, a turn that one has more stands alone, trials of one run are named."""
    old = play(front, "red", "9", "--case", "kettle")
    front.write(
        "shop.yaml", SHOP.replace("Thank you.", "Thanks a lot.\n  - Bye.").replace("brief", "very brief")
    )
    new = play(front, "red", "9", "--where", "temperature=0")
    shown = front.type("diff", old, new)
    require_golden("diff-scripts", shown.page)


def test_turns_that_were_not_reached(front: Front) -> None:
    """A turn that only one script has, and that was not reached, is named in a sentence; nobody said anything there."""
    front.write("shop.yaml", "name: shop\nturns: [A pot]\n")
    front.answer(lambda *_: spoken("Here."))
    front.type("play", "shop.yaml", "--quiet")
    front.write("shop.yaml", "name: shop\nturns: [A pot, Which colour?, Thank you., Bye.]\n")
    front.answer(lambda *_: Failure(kind="server_error", message="it failed", status=501))
    old = front.run_folder.name
    front.type("play", "shop.yaml", "--quiet")
    out = front.type("diff", old, "latest").out
    assert "+ (unanswered: server_error: it failed)" in out
    assert "\n\n           (turn 4, only in +: skipped)\n" in out
    assert "(turn 2, only in -: skipped)" in front.type("diff", "latest", old).out


def test_two_conversations_of_one_run(front: Front) -> None:
    """RUN#TRIAL on both sides holds any two conversations against each other."""
    name = play(front, "red", "9")
    words = [f"latest#shop[case=kettle,temperature={value}]#1" for value in (0, 1)]
    out = front.type("diff", *words).out
    assert "- shop[case=kettle,temperature=0]#1\n+ shop[case=kettle,temperature=1]#1\n" in out
    assert "params.temperature: 0 -> 1" in out
    assert "+ Ask somebody else about that." in out
    variants = [f"{name}#shop[case={case},temperature=0]" for case in ("kettle", "pot")]
    assert "[-kettle-]{+pot+}" in front.type("diff", *variants).out
    assert "1 conversation is the same" in front.type("diff", name, words[0]).out
    assert "1 conversation is the same" in front.type("diff", name, name, "shop[case=pot,temperature=0]").out


def test_json(front: Front) -> None:
    """`--json` writes an object for each pair that differs, and for each conversation without another."""
    old = play(front, "red", "9")
    new = play(front, "blue", "9", "--where", "temperature=0", "--model", "other")
    lines = [json.loads(line) for line in front.type("diff", old, new, "--json").out.splitlines()]
    assert [line["ids"] for line in lines] == [
        ["shop[case=kettle,temperature=0]#1"] * 2,
        ["shop[case=pot,temperature=0]#1"] * 2,
        ["shop[case=kettle,temperature=1]#1", None],
        ["shop[case=pot,temperature=1]#1", None],
    ]
    assert {line["schema"] for line in lines} == {"runner.difference/1"}
    first = lines[0]
    assert first["runs"] == [old, new]
    assert first["settings"] == {"model": ["canned-1", "other"]}
    [turn] = first["turns"]
    assert turn["turn"] == [1, 1]
    assert turn["reply"] == [LONG.format("red", 9), LONG.format("blue", 9)]
    assert ["red", "blue"] in turn["words"]
    assert ["".join(side) for side in zip(*turn["words"], strict=True)] == turn["reply"]
    [verdict] = turn["verdicts"]
    assert (verdict["check"], verdict["outcome"]) == ("contains", ["passed", "failed"])


def test_nothing_in_common(front: Front) -> None:
    """Runs that do not meet are an error that says why, as is a name that is not there or means too much."""
    old = play(front, "red", "9")
    front.write("other.yaml", "turns: [Hi]\n")
    front.type("play", "other.yaml", "--quiet")
    for words, said in (
        ([old, "latest"], "no conversation is in both runs"),
        ([old, f"{old}#nobody"], "unknown trial `nobody`"),
        ([f"{old}#shop", "latest#other"], "`shop` names 4 conversations"),
        ([f"{old}#shop", old, "shop"], "not in both ways"),
        ([old, "nowhere"], "there is no run 'nowhere'"),
    ):
        shown = front.type("diff", *words)
        assert (shown.exit_code, shown.out) == (2, ""), words
        assert said in shown.err


def test_hostile_text(front: Front) -> None:
    """What a model says moves no cursor and cannot pass for a mark."""
    front.write("shop.yaml", "name: shop\nturns: [Hi]\n")
    names = []
    for said in ("\x1b[2Jred \ufff9one\ufffb of many words", "\x1b[2Jred \ufff9two\ufffb of many words"):
        front.answer(lambda *_, said=said: spoken(said))
        front.type("play", "shop.yaml", "--quiet")
        names.append(front.run_folder.name)
    out = front.type("diff", *names, env={"FORCE_COLOR": "1"}).out
    assert "\x1b[2J" not in out
    assert "ufff9two" in out
    assert "\ufff9" not in out
    assert "\x1b[31m" in out
