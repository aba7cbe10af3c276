"""A check by a function of the author's own, and how its file or module is found and loaded."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from runner.checks import build
from runner.checks.function import Python
from runner.core.check import Subject
from runner.core.finding import Finding
from runner.core.message import Message
from tests.surroundings import Around, played


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """The interpreter's path and modules are given back."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    assert sys.path == path
    for name in set(sys.modules) - modules:
        if not name.startswith(("runner", "tests")) or name.startswith("runner_check"):
            del sys.modules[name]


def written(folder: Path, source: str, name: str = "checks/polite.py") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(source), encoding="utf-8")


def settled(folder: Path, spec: object) -> Python:
    check = build("python", spec).settle(Around(folder))
    assert isinstance(check, Python)
    return check


def judged(
    folder: Path, source: str, spec: object = "checks/polite.py:f", reply: str = "Hi there"
) -> Finding:
    """What a function in a file says of a reply."""
    written(folder, source)
    return settled(folder, spec).judge(Subject.alone(reply))


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        ("True", "passed", "`f` says yes"),
        ("False", "failed", "`f` says no"),
        ("(True, 'It is.')", "passed", "It is."),
        ("(False, 'No \\u2028 please.')", "failed", "No \u2028 please."),
        ("[False, 'No.']", "failed", "No."),
        ("Finding(outcome='failed', reason='Here.', spans=((0, 2),))", "failed", "Here."),
        ("Finding(outcome='not-applicable', reason='None.')", "not-applicable", "None."),
        ("None", "broken", "`f` returned nothing: expected True or False, (False, reason), or a Finding"),
        ("'yes'", "broken", '`f` returned "yes": expected True or False, (False, reason), or a Finding'),
        ("1", "broken", "`f` returned `int`: expected True or False, (False, reason), or a Finding"),
        ("10 ** 5000", "broken", "`f` returned `int`"),
        ("(True,)", "broken", "`f` returned `tuple`"),
        ("(1, 'x')", "broken", "`f` returned `tuple`"),
        ("{'pass': True}", "broken", "`f` returned `dict`"),
    ],
)
def test_a_function_says_yes_or_no(tmp_path: Path, answer: str, outcome: str, reason: str) -> None:
    """True, False, either with a reason, or a finding; anything else is the function's own error."""
    source = f"from runner.core.finding import Finding\ndef f(reply):\n    return {answer}\n"
    found = judged(tmp_path, source)
    assert found.outcome == outcome
    assert found.reason.startswith(reason)


def test_a_function_is_given_what_its_parameters_name(tmp_path: Path) -> None:
    """The reply's text, the transcript, and what stands under `with`; each only where it is asked for."""
    source = """
        def alone(reply): return reply == "Hi there", repr(reply)
        def both(transcript, *, reply): return transcript.replies == (reply,), str(transcript)
        def given(reply, tone, times=2, **rest): return (tone, times, rest) == ("warm", 3, {"a": [1]}), tone
        def nothing(): return True
        def any_way(*others, **rest): return (others, rest) == ((), {"tone": "warm"}), str(rest)
    """
    written(tmp_path, source)
    _, verdict = played(settled(tmp_path, "checks/polite.py:both"), "Hi there")
    assert (verdict.outcome, verdict.reason) == (
        "passed",
        "system: be brief\n\nuser: u0\n\nassistant: Hi there",
    )
    for spec in (
        "checks/polite.py:alone",
        "checks/polite.py:nothing",
        {"function": "checks/polite.py:given", "with": {"tone": "warm", "times": 3, "a": [1]}},
        {"function": "checks/polite.py:any_way", "with": {"tone": "warm"}},
    ):
        found = settled(tmp_path, spec).judge(Subject.alone("Hi there"))
        assert found.outcome == "passed", found


def test_the_transcript_is_that_of_the_conversation_up_to_the_reply(tmp_path: Path) -> None:
    """Its messages, turns, ids and times are there; at the foot it is the whole conversation."""
    source = """
        def f(reply, transcript):
            assert transcript.messages[-1] == {"role": "assistant", "content": reply}
            assert [turn.status for turn in transcript.turns] == ["heard"]
            return transcript.id == "v#1", transcript.turns[0].exchanges[0].finish_reason
    """
    written(tmp_path, source)
    for of in (None, "last", "conversation"):
        _, verdict = played(settled(tmp_path, "checks/polite.py:f"), "Hi there", of=of)
        assert (verdict.outcome, verdict.reason) == ("passed", "stop")
    found = settled(tmp_path, "checks/polite.py:f").judge(Subject.alone("Hi"))
    assert (found.outcome, found.reason) == ("broken", "`f` asks for the transcript, and there is none here")


def test_what_a_function_changes_is_its_own(tmp_path: Path) -> None:
    """Neither the conversation nor the arguments of the next call are touched."""
    source = """
        def f(reply, transcript, words):
            transcript.messages[0]["content"] = "changed"
            words.append(reply)
            return len(words) == 1
    """
    written(tmp_path, source)
    check = settled(tmp_path, {"function": "checks/polite.py:f", "with": {"words": []}})
    message: Message = {"role": "system", "content": "be brief"}
    for _ in range(2):
        _, verdict = played(check, "Hi")
        assert verdict.outcome == "passed"
    assert message["content"] == "be brief"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "def f(reply):\n    return 1 / 0\n",
            "checks/polite.py line 2 raised ZeroDivisionError: division by zero",
        ),
        (
            "def f(reply):\n    return g()\ndef g():\n    import json\n    return json.loads('{')\n",
            "checks/polite.py line 5 raised JSONDecodeError: Expecting property name",
        ),
        (
            "def f(reply):\n    assert reply == 'x', 'no x'\n",
            "checks/polite.py line 2 raised AssertionError: no x",
        ),
        ("def f(reply):\n    raise SystemExit\n", "checks/polite.py line 2 raised SystemExit"),
        (
            "class Bad(Exception):\n    def __str__(self): raise OSError\ndef f(reply):\n    raise Bad\n",
            "checks/polite.py line 4 raised Bad",
        ),
        ("f = 7\n", "`f` of checks/polite.py is no function"),
        (
            "import nowhere_at_all\ndef f(reply): return True\n",
            "checks/polite.py line 1 cannot be loaded: ModuleNotF",
        ),
        (
            "raise SystemExit(3)\ndef f(reply): return True\n",
            "checks/polite.py line 1 cannot be loaded: SystemExit: 3",
        ),
        (
            "import functools\ndef w(g):\n    async def f(reply): ...\n    return f\n@w\ndef f(reply): ...\n",
            "`f` of checks/polite.py is `async`: a check takes an ordinary function",
        ),
        (
            "async def g(reply): return True\ndef f(reply): return g(reply)\n",
            "`f` returned `coroutine`: expected True",
        ),
        (
            "f = lambda answer: True\n",
            "`f` of checks/polite.py asks for `answer`, which `with` does not give",
        ),
        ("f = max\n", "`max`"),
        (
            "from os.path import *\ndef __getattr__(name): raise AttributeError\n",
            "checks/polite.py unknown function `f`",
        ),
    ],
)
def test_what_goes_wrong_in_a_function_breaks_the_check(tmp_path: Path, source: str, reason: str) -> None:
    """With the line of the author's file, the type and the message; nothing it raises ends the run."""
    found = judged(tmp_path, source)
    assert found.outcome == "broken"
    if reason != "`max`":
        assert found.reason.startswith(reason)


def test_a_keyboard_interrupt_goes_through(tmp_path: Path) -> None:
    """Who presses Ctrl-C means the program."""
    with pytest.raises(KeyboardInterrupt):
        judged(tmp_path, "def f(reply):\n    raise KeyboardInterrupt\n")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (
            "def is_polite(reply): ...\n",
            "unknown function `f`; expected one of|unknown function `f`; expected `is_polite`",
        ),
        ("def ff(reply): ...\n", "unknown function `f`; did you mean `ff`"),
        ("async def f(reply): ...\n", "`f` of checks/polite.py is `async`"),
        (
            "def f(reply, tone): ...\n",
            "asks for `tone`, which `with` does not give: it may take `reply` and `transcript`",
        ),
        ("def f(repli): ...\n", "asks for `repli`, which `with` does not give; did you mean `reply`"),
        ("def f(reply, /): ...\n", "takes `reply` by its place alone"),
        ("def f(reply, *, tone): ...\n", "asks for `tone`"),
        ("def f(:\n", "checks/polite.py line 1: "),
        ("a\x00b", "checks/polite.py"),
        ("# coding: nonsense\n", "checks/polite.py"),
    ],
)
def test_what_can_be_seen_without_running_is_told_before_anything_is_sent(
    tmp_path: Path, source: str, complaint: str
) -> None:
    """A file that is no Python, that has no such function, or one that could not be called."""
    written(tmp_path, f"{source}")
    with pytest.raises(ValueError, match=complaint):
        settled(tmp_path, "checks/polite.py:f")


def test_looking_at_a_file_warns_of_nothing(tmp_path: Path) -> None:
    """What Python itself would warn of, it warns of once the file is loaded."""
    written(tmp_path, "def f(reply): return reply == '\\d', 'x'\n")
    with warnings.catch_warnings(action="error"):
        check = settled(tmp_path, "checks/polite.py:f")
    with pytest.warns(match="invalid escape sequence"):
        assert check.judge(Subject.alone("\\d")).outcome == "passed"


def test_arguments_that_a_function_does_not_take_are_told_before(tmp_path: Path) -> None:
    """The nearest parameter is named."""
    written(tmp_path, "def f(reply, tone='warm'): ...\n")
    with pytest.raises(
        ValueError, match="does not take what `with` gives: unknown argument `tones`; did you mean `tone`"
    ):
        settled(tmp_path, {"function": "checks/polite.py:f", "with": {"tones": 1}})


def test_nothing_of_an_authors_runs_before_a_reply_is_judged(tmp_path: Path) -> None:
    """Reading and settling leave a file that would leave a trace alone."""
    source = f"open({str(tmp_path / 'ran')!r}, 'w').close()\ndef f(reply): return True\n"
    written(tmp_path, source)
    check = settled(tmp_path, "checks/polite.py:f")
    assert not (tmp_path / "ran").exists()
    assert check.judge(Subject.alone("Hi")).outcome == "passed"
    assert (tmp_path / "ran").exists()


def test_a_file_is_loaded_once_and_again_once_it_has_changed(tmp_path: Path) -> None:
    """Also where it changed within the same second and has the same size; and nothing is written beside it."""
    source = "seen = []\ndef f(reply):\n    seen.append(reply)\n    return len(seen) == {}, str(len(seen))\n"
    assert judged(tmp_path, source.format(1)).reason == "1"
    assert judged(tmp_path, source.format(1)).reason == "2"
    assert judged(tmp_path, source.format(2)).reason == "1"
    assert [path.name for path in (tmp_path / "checks").iterdir()] == ["polite.py"]


def test_a_file_that_cannot_be_loaded_is_tried_once(tmp_path: Path) -> None:
    """What it did before it broke is not done again for each reply."""
    source = (
        f"with open({str(tmp_path / 'ran')!r}, 'a') as file:\n    file.write('x')\n"
        "raise ValueError('no')\ndef f(reply): return True\n"
    )
    for _ in range(2):
        assert judged(tmp_path, source).reason == "checks/polite.py line 3 cannot be loaded: ValueError: no"
    assert (tmp_path / "ran").read_text(encoding="utf-8") == "x"


def test_two_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    """Each is a module of its own, which dataclasses can look themselves up in."""
    source = """
        from dataclasses import dataclass
        @dataclass
        class Said:
            text: "str"
        def f(reply): return Said(reply).text == reply, {!r}
    """
    for name in ("one", "two"):
        written(tmp_path, source.format(name), f"{name}/polite.py")
    reasons = [
        settled(tmp_path, f"{name}/polite.py:f").judge(Subject.alone("Hi")).reason for name in ("one", "two")
    ]
    assert reasons == ["one", "two"]


def test_the_working_folder_is_looked_in_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Project modules are found from there, and none of them stands before an installed one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    written(tmp_path, "RUDE = ['shut up']\n", "ours/words.py")
    written(tmp_path, "def f(reply): return True\n", "json.py")
    source = "import json\nfrom ours.words import RUDE\ndef f(reply): return reply not in RUDE, json.dumps(reply)\n"
    assert judged(tmp_path, source).reason == '"Hi there"'
    written(tmp_path, "def f(reply): return True, __name__\ndef g(reply): return 1 / 0\n", "ours/polite.py")
    assert settled(tmp_path, "ours.polite:f").judge(Subject.alone("Hi")).reason == "ours.polite"
    found = settled(tmp_path, "ours.polite:g").judge(Subject.alone("Hi"))
    assert found.reason == "ours.polite line 2 raised ZeroDivisionError: division by zero"
    found = settled(tmp_path, "ours.rude:f").judge(Subject.alone("Hi"))
    assert (found.outcome, found.reason) == (
        "broken",
        "ours.rude cannot be imported: ModuleNotFoundError: No module named 'ours.rude'",
    )


def test_a_module_that_is_nowhere_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """Its package is looked for; what stands in it is known once it is imported."""
    with pytest.raises(ValueError, match="there is no module `nowhere_at_all`: install it, or name a file"):
        settled(tmp_path, "nowhere_at_all.checks:f")
    assert settled(tmp_path, "operator:truth").judge(Subject.alone("Hi")).outcome == "broken"
    found = settled(tmp_path, "string:capword").judge(Subject.alone("Hi"))
    assert found.reason == "string unknown function `capword`; did you mean `capwords`?"


def test_a_file_that_is_not_there_or_lies_outside_is_told(tmp_path: Path) -> None:
    """By the name that the YAML has; where a check was never settled, it is broken."""
    with pytest.raises(ValueError, match=r"checks/polite.py cannot be read: there is no such file"):
        settled(tmp_path, "checks/polite.py:f")
    with pytest.raises(ValueError, match="lies outside the project"):
        settled(tmp_path, "../polite.py:f")
    assert build("python", "checks/polite.py:f").judge(Subject.alone("Hi")).outcome == "broken"


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("", "names no function"),
        ("checks/polite.py", "names no function: write `checks/polite.py:is_polite`"),
        ("checks/polite.py:", "names no function"),
        ("checks/polite.py:a b", "names no function"),
        ("checks/polite.py:class", "names no function"),
        ("checks/polite:f", "neither a file that ends with .py nor an import path"),
        (".py:f", "neither a file"),
        ("a..b:f", "neither a file"),
        ("len(reply) > 3\nreturn True", "takes the name of a function, not code"),
        (7, "takes a text, or a map"),
        ({"function": 7}, "`function` takes a text"),
        ({"with": {}}, "lacks `function`"),
        ({"function": "a:b", "args": {}}, "unknown key `args`"),
        ({"function": "a:b", "with": [1]}, "`with` takes a map"),
        ({"function": "a:b", "with": {"reply": 1}}, "`reply` is given anyway"),
        ({"function": "a:b", "with": {"a b": 1}}, "is no name of an argument"),
    ],
)
def test_what_names_no_function_is_refused(spec: object, complaint: str) -> None:
    """With how to write it."""
    with pytest.raises(ValueError, match=complaint):
        build("python", spec)
