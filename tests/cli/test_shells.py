"""How each shell is answered when it completes."""

from pathlib import Path

import pytest

from tests.cli.front import Front

HOSTILE = "it's `touch pwned` $(touch pwned)"


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Front:
    return Front(tmp_path, monkeypatch)


def complete(front: Front, shell: str, *words: str, sign: str = "\n") -> list[str]:
    """The lines that a shell is answered with."""
    env = {
        "_RUNNER_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": sign.join(words),
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": " ".join(words),
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    return front.type(env=env).out.splitlines()


@pytest.mark.parametrize(
    ("shell", "answer"),
    [
        ("bash", ["validate"]),
        ("zsh", ["""_arguments '*: :(("validate":"Check scenarios without playing them;..."))'"""]),
        ("fish", ["validate\tCheck scenarios without playing them;..."]),
    ],
)
def test_a_command_is_completed(front: Front, shell: str, answer: list[str]) -> None:
    """Each shell is answered in its own way: bash with names, the others with sentences beside them."""
    assert complete(front, shell, "runner", "va") == answer


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_sentence_stays_on_its_line(front: Front, shell: str) -> None:
    """However long an option's help is, and however narrow the screen, it makes one line: each line is an offer."""
    assert len(complete(front, shell, "runner", "play", "--in-fl")) == 1


def test_bash_parts_words_at_signs_and_they_are_joined_again(front: Front) -> None:
    """Bash parts words at `=` and `:`, and takes what was offered for what follows the last one."""
    front.write("outputs/20260101-000000-a/run.json", "{}")
    front.write(
        "outputs/20260101-000000-a/transcripts.jsonl",
        '{"id": "refund[case=kettle,at=12:30]#1"}\n{"id": "other"}\n',
    )
    assert complete(front, "bash", "runner", "show", "latest", "refund[case", "=", "ke") == [
        "kettle,at=12:30]#1"
    ]
    assert complete(front, "bash", "runner", "show", "latest", "refund[case", "=") == ["kettle,at=12:30]#1"]
    assert complete(front, "bash", "runner", "play", "--provider", "=", "lo") == ["local"]
    assert complete(front, "bash", "runner", "play", "--provider", "lo", sign=" ") == ["local"]


@pytest.mark.parametrize(("shell", "offered"), [("zsh", '"--provider=local"'), ("fish", "--provider=local")])
def test_an_option_and_its_value_may_be_one_word(front: Front, shell: str, offered: str) -> None:
    """What is offered begins as what was typed does."""
    assert offered in complete(front, shell, "runner", "play", "--provider=lo")[0]


def test_a_name_never_becomes_more_than_a_name(front: Front) -> None:
    """Bash is not offered what it would obey; zsh is offered it within quotes; a line end is offered to nobody."""
    front.write("outputs/a/run.json", "{}")
    front.write(
        "outputs/a/transcripts.jsonl",
        f'{{"id": "{HOSTILE}"}}\n{{"id": "two\\nlines"}}\n{{"id": "back\\\\slash"}}\n{{"id": "good"}}\n',
    )
    assert complete(front, "bash", "runner", "show", "latest", "") == ["good"]
    quoted = r""""it'\''s \`touch pwned\` \$(touch pwned)""" + '"'
    assert complete(front, "zsh", "runner", "show", "latest", "") == [
        f"_arguments '*: :(({quoted}",
        '"good"))\'',
    ]
    assert complete(front, "fish", "runner", "show", "latest", "") == [HOSTILE, "good"]
