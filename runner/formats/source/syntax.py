"""What a YAML parser says, in the words of somebody who writes scenarios: the line of the fault, and what to do."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, Final

import yaml

from runner.core.wording import excerpt, quoted
from runner.errors import Problem

_COMMENT: Final = re.compile(r"[ \t]#\S")
_CUT: Final = re.compile(r"[ \t](#\S[^\n]*)")
_INDICATORS: Final = "@`%"


@dataclass(eq=False)
class Source:
    """A text with the name of the file it came from."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def comments(self) -> bool:
        """Whether a `#` with a word at its heels stands anywhere: most files have none, and need no closer look."""
        return _COMMENT.search(self.text) is not None

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *accumulate(len(line) + 1 for line in self.text.split("\n"))]

    def line(self, number: int) -> str:
        """A line of the text, 1-based; empty beyond its end."""
        if not 1 <= number < len(self._starts):
            return ""
        return self.text[self._starts[number - 1] : self._starts[number] - 1]

    def address(self, index: int) -> tuple[int, int]:
        """The line and the column of a place in the text, both 1-based."""
        number = bisect_right(self._starts, index)
        return number, index - self._starts[number - 1] + 1


def syntax_problem(source: Source, error: yaml.YAMLError) -> Problem:
    """The problem behind a parser's error, at the line of the fault."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(source.path, 0, 0, "", f"is not YAML: {excerpt(str(error), 200)}")
    said = f"{error.context or ''} {error.problem or ''}"
    line, column, why = _explain(source, error, said)
    return Problem(source.path, line, column, "", why)


def _explain(source: Source, error: yaml.MarkedYAMLError, said: str) -> tuple[int, int, str]:
    """The address of the fault, and the sentence about it."""
    assert error.problem_mark is not None
    line, column = error.problem_mark.line + 1, error.problem_mark.column + 1
    start = error.context_mark
    opened = (start.line + 1, start.column + 1) if start is not None else (line, column)
    return next(_explanations(source, said, (line, column), opened))


def _explanations(
    source: Source, said: str, place: tuple[int, int], opened: tuple[int, int]
) -> Iterator[tuple[int, int, str]]:
    """What the fault may be, the likeliest first; `opened` is where what was being read began."""
    line, column = place
    at = source.line(line)[column - 1 : column]
    first = source.line(opened[0])[opened[1] - 1 :][:1]
    if "quoted scalar" in said and "escape" not in said:
        yield *opened, "the quote that opens here is never closed"
    if "while parsing a flow" in said and first in {"[", "{"}:
        yield *opened, f"the {quoted(first)} that opens here is never closed, or a comma is missing after it"
    if "escape" in said:
        yield line, column, _escape(source, line, column)
    if at == "\t" or (not at.strip() and "\t" in source.line(line)[:column]):
        yield line, column, "a tab stands in the indentation: YAML wants spaces"
    if "cannot start any token" in said:
        word = "a backtick" if at == "`" else quoted(at)
        yield line, column, f"a text that begins with {word} needs quotes"
    if "an alias" in said or "an anchor" in said:
        yield *opened, f"a text that begins with {quoted(first)} needs quotes"
    if "block scalar" in said:
        yield *opened, "a text that begins with `|` or `>` needs quotes, or begins on the next line"
    if "not allowed" in said:
        yield _misplaced_colon(source, line, column)
    yield from _misfits(source, line, column)
    yield line, column, f"is not YAML here: {said.strip()}"


def _escape(source: Source, line: int, column: int) -> str:
    """The sentence about a backslash that means nothing."""
    found = re.search(r"\\u[dD][89a-fA-F]", source.line(line)[max(0, column - 8) :])
    if found:
        return "half of a surrogate pair cannot be written with `\\u`: write the character itself"
    return "unknown escape in double quotes: write `\\\\` for a backslash, or use single quotes"


def _misplaced_colon(source: Source, line: int, column: int) -> tuple[int, int, str]:
    """What a colon (or a dash) where none may stand comes from: a second one in the line, or a missing one above."""
    text = source.line(line)
    if text[column - 1 : column] == "-":
        return (
            line,
            column,
            "a list cannot begin on the line of its key: begin it on the next line, or quote the text",
        )
    before = text[: column - 1]
    if re.search(r":\s", before):
        return line, column, "a second `: ` in one line: put the text in quotes"
    width = len(text) - len(text.lstrip())
    for number in range(line - 1, 0, -1):
        above = source.line(number)
        if not above.strip() or above.lstrip().startswith("#"):
            continue
        depth = len(above) - len(above.lstrip())
        if re.search(r":(\s|$)", above):
            key = above.lstrip().removeprefix("- ").partition(":")[0]
            return (
                line,
                width + 1,
                f"indented deeper than {quoted(key.strip())} above, which has its text already",
            )
        if depth <= width and not above.lstrip().startswith("- "):
            word = above.split()[0]
            return number, depth + 1, f"a colon is missing after {quoted(word)}: expected `{word}: ..`"
    return line, column, "a `: ` within a text: put the text in quotes"


def _misfits(source: Source, line: int, column: int) -> Iterator[tuple[int, int, str]]:
    """What something that fits nowhere may come from: a text that looked like a list, a quote left open, a comment."""
    text = source.line(line)
    value = re.sub(r"^(\s*- )*\s*([^\s:]+:\s+)?", "", text[: column - 1])
    begun = column - len(value)
    if value.startswith("{{"):
        yield line, begun, "`{{` without quotes is a map to YAML: put the whole text in quotes"
    if value.startswith(("[", "{")):
        yield line, begun, f"a text that begins with {quoted(value[0])} needs quotes"
    token = _last_scalar(source, line, column)
    if token is not None and token.style in {'"', "'"}:
        opened, closed = token.start_mark, token.end_mark
        if opened.line < closed.line:
            why = f"the quote that opens here closes on line {closed.line + 1}: is one missing?"
            yield opened.line + 1, opened.column + 1, why
        yield line, column, "text goes on after the closing quote: put all of it in quotes"
    if (cut := _CUT.search(source.line(line - 1))) is not None:
        why = f"{quoted(cut[1])} is read as a comment and ends the text: put the text in quotes"
        yield line - 1, cut.start(1) + 1, why
    if not text[: column - 1].strip():
        yield line, column, "the indentation fits nothing above"


def _last_scalar(source: Source, line: int, column: int) -> Any:
    """The last scalar that the parser read whole before a place."""
    last = None
    try:
        for token in yaml.scan(source.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            mark = token.start_mark
            if (mark.line + 1, mark.column + 1) >= (line, column):
                break
            if isinstance(token, yaml.ScalarToken):
                last = token
    except yaml.YAMLError:
        pass
    return last
