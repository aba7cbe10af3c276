"""Changed words marked."""

import io
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from runner.cli.display.layout import width_of
from runner.cli.display.marking import NEW, OLD, merged, painted_lines, side_of
from runner.cli.display.screen import Screen
from runner.core.words import words_changed

PLAIN = Screen(io.StringIO(), io.StringIO(), False, False, False, False, {})
COLOURED = replace(PLAIN, colour=True)
TEXTS = st.lists(st.sampled_from(["a", "kettle", " ", "\n", ", ", "日本", "."])).map("".join)


def test_one_text_or_two() -> None:
    """Changes stand in brackets where there is no colour, within one text or on their own sides."""
    spans = words_changed("It is red today, they say.", "It is blue today, they say.")
    assert painted_lines(merged(spans), PLAIN, 80, 0)[0][0] == "It is [-red-]{+blue+} today, they say."
    assert painted_lines(side_of(spans, OLD), PLAIN, 80, 0)[0][0] == "It is [-red-] today, they say."
    assert painted_lines(side_of(spans, NEW), COLOURED, 80, 0)[0][0] == (
        "It is \x1b[32mblue\x1b[0m today, they say."
    )


@given(TEXTS, TEXTS)
def test_colour_takes_no_room(old: str, new: str) -> None:
    """Lines are as wide as they are said to be, fit, and end without colour, however changes go on over them."""
    for line, width in painted_lines(merged(words_changed(old, new)), COLOURED, 24, 4):
        bare = re.sub(r"\x1b\[[0-9;]*m", "", line)
        assert width_of(bare) == width <= 20
        assert line.count("\x1b[0m") * 2 == line.count("\x1b[")
