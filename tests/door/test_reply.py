"""A reply as it is shown."""

import runner


class Paper:
    def __init__(self) -> None:
        self.written = ""

    def text(self, obj: str) -> None:
        self.written += obj


def test_a_notebook_shows_the_text() -> None:
    """With its lines, without quotes; what a terminal would obey is written out."""
    reply = runner.Reply("one\ntwo \x1b[31m\ud800", {"role": "assistant", "content": "one"}, "m")
    paper = Paper()
    reply._repr_pretty_(paper, False)
    assert paper.written == "one\ntwo \\x1b[31m\\ud800"
    assert str(reply) == reply.text


def test_its_repr_is_a_line() -> None:
    """Text and model; the rest is there to be asked for."""
    assert repr(runner.Reply("a\nb", {}, "m")).startswith("Reply(text='a\\nb', model='m'")
