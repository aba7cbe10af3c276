"""Texts that try to be more than text, for tests of reports, and assessments in which such a text stands everywhere."""

from typing import Any, get_args

from hypothesis import strategies as st

from runner.core.assessment import Assessment, BlockVerdict
from tests.assessed import assessment, block, red

TEXTS = (
    "<script>alert(1)</script>",
    "</failure></testcase><testcase name='x'/>",
    "]]><!-- --><![CDATA[ &amp; &#0; &lt;",
    "a\x00b\x0b\x1b[31m\x7f\x85\ufffe\uffff\ud800b\udfff\U0001ffff",
    "| a | b |\n|---|---|\n| c | d \\| e \\",
    "```\n</details>\n# heading\n```` ~~~ `x` ``",
    "::error file=x,line=1::evil\n::set-output name=a::b\r\n##[error]evil %0A::error::x",
    "@someone #12 GH-3 https://example.org www.example.org [a](b) ![c](http://d) :tada: $x$ someone@example.org",
    "a\u202eb\u2066c\u2028d\u2029e\U000e0041",
    "1. one\n- two\n+ three\n===\n---\n    four",
    " \t ",
    "*x* __y__ ~~z~~ <b>bold</b> <img src=x onerror=y> &lt;",
    "x" * 1_000_000,
    "\U0001f4a9\u0000" * 200_000,
    "`" * 5000,
)

# Surrogates and what no page or XML can hold are as likely as letters.
ANY = st.text(
    st.characters() | st.sampled_from("\x00\x1b\r\n\t`|<>&@*_[]()!:%#\\ \ud800\ufffe\u202e"), max_size=60
)


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    """A check of some blocks, in which any text may stand anywhere, and any verdict beside any trials."""
    blocks = []
    for index in range(draw(st.integers(0, 6))):
        verdict: BlockVerdict = draw(st.sampled_from(get_args(BlockVerdict)))
        names = st.sampled_from(["passed", "failed", "broken", "unanswered", "unmeasured", "unfinished"])
        outcomes: Any = draw(st.dictionaries(names, st.integers(0, 3)))
        ends = st.tuples(st.integers(-9, 90), st.integers(-9, 90))
        fields = {"spans": tuple(draw(st.lists(ends, max_size=4))), "path": draw(st.none() | ANY)}
        fields |= {"outcome": draw(st.sampled_from(["failed", "broken", "unanswered"])), "check": draw(ANY)}
        reds = tuple(red("x", draw(ANY), **fields) for _ in range(draw(st.integers(0, 2))))
        seconds = draw(st.none() | st.floats())
        gated = draw(st.booleans())
        blocks.append(
            block(f"c{index}", verdict, outcomes, draw(ANY), reds=reds, seconds=seconds, gated=gated)
        )
    return assessment(draw(ANY), blocks=tuple(blocks), exit_code=draw(st.sampled_from([1, 4, 6])))
