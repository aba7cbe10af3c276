"""A transcript as programs have it."""

import json

import runner
from tests.loopback import LoopbackApi


def test_a_line_of_the_file_is_read_and_given_back(api: LoopbackApi) -> None:
    """`load` and `dump` lose nothing."""
    assert api.port
    run = runner.play("talk.yaml")
    (line,) = (run.path / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()
    transcript = runner.Transcript.load(json.loads(line))
    assert json.loads(json.dumps(transcript.dump())) == json.loads(line)
    assert transcript == run[0]


def test_it_shows_as_a_conversation(api: LoopbackApi) -> None:
    """As text, in a line, and as HTML."""
    assert api.port
    transcript = runner.play("talk.yaml")[0]
    assert str(transcript).startswith("user: My name is Ada.\n\nassistant: [1 messages")
    assert repr(transcript) == "<Transcript talk#1: finished, 4 messages>"
    html = transcript._repr_html_()
    assert "<strong>user</strong>" in html
    assert "My name is Ada." in html


def test_replies_leave_out_what_the_author_wrote(api: LoopbackApi) -> None:
    """Gold turns are no replies."""
    from pathlib import Path

    assert api.port
    Path("gold.yaml").write_text("turns: [a, {assistant: given}, b]\n", encoding="utf-8")
    replies = runner.play("gold.yaml")[0].replies
    assert len(replies) == 2
    assert "given" not in replies
