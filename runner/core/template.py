"""Strict `{{ name }}` templates: variables and nothing else, no filters, no logic, no environment.

Law: whatever is not a template form is refused, so that no brace is ever sent by mistake. A literal `{{` is
written `{{ "{{" }}`: what stands in double quotes is a JSON string, and so any text at all can be said.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from runner.core.value import Json
from runner.core.wording import excerpt, unknown

OPENING: Final = "{{"
NAME: Final = re.compile(r"[^\W\d][\w-]*\Z")
"""What a variable may be called: letters, digits, `_` and `-`, beginning with a letter or `_`."""

_CAPTURED: Final = re.compile(r"<captured:([^\W\d][\w-]*)>")
_FORM: Final = re.compile(
    r'\{\{\s*(?:(?P<name>[^\W\d][\w-]*)|(?P<literal>"(?:[^"\\\x00-\x1f]|\\.)*"))\s*\}\}'
)

_SURROGATE: Final = re.compile("\\{?[\ud800-\udfff]")
"""A lone surrogate, with a brace before it, which would make three with the two of its form."""


class TemplateError(ValueError):
    """A text that cannot be rendered; its text says why and what to write."""

    def __init__(self, message: str, form: str) -> None:
        """Keep the offending form as it stands in the text, so that its line can be found."""
        super().__init__(message)
        self.form = form


def secret_mark(variable: str) -> str:
    """What stands in a message for a secret of the environment until a transport sends it."""
    return f"<secret:{variable}>"


def capture_mark(name: str) -> str:
    """What stands in a message for what an earlier reply will have said."""
    return f"<captured:{name}>"


def fill_captured(data: Json, values: Mapping[str, str]) -> Json:
    """JSON data with what was captured in the place of its marks; other marks stay as they are."""
    match data:
        case str():
            return (
                _CAPTURED.sub(lambda mark: values.get(mark[1], mark[0]), data)
                if "<captured:" in data
                else data
            )
        case list():
            return [fill_captured(item, values) for item in data]
        case dict():
            return {key: fill_captured(item, values) for key, item in data.items()}
        case _:
            return data


def names_in(data: Json) -> set[str]:
    """The variables that the texts in JSON data name; raises `TemplateError` where braces open no template."""
    match data:
        case str():
            return set(names(data))
        case list():
            return set().union(*map(names_in, data))
        case dict():
            return set().union(*map(names_in, data.values()))
        case _:
            return set()


def _forms(text: str) -> Iterator[re.Match[str]]:
    """The template forms of a text in order; raises where braces open none."""
    start = text.find(OPENING)
    while start >= 0:
        form = _FORM.match(text, start)
        if form is None:
            raise _malformed(text[start : start + 40])
        yield form
        start = text.find(OPENING, form.end())


def _malformed(rest: str) -> TemplateError:
    """The complaint about braces that open no template."""
    end = rest.find("}}")
    form = rest[: end + 2] if end > 0 else rest.split("\n", 1)[0]
    return TemplateError(
        f"{excerpt(form, 40)} is not a template: expected `{{{{ name }}}}`; "
        'for the braces themselves write `{{ "{{" }}`, or keep the text in a file: {$file: .., template: false}',
        form,
    )


def _literal(form: re.Match[str]) -> str:
    """The text that a quoted form stands for."""
    try:
        text = json.loads(form["literal"])
    except ValueError:
        raise _malformed(form[0]) from None
    assert isinstance(text, str)
    return text


def names(text: str) -> list[str]:
    """The variables that a text names, in order; raises `TemplateError` where braces open no template."""
    if OPENING not in text:
        return []
    found = []
    for form in _forms(text):
        if form["name"] is None:
            _literal(form)
        else:
            found.append(form["name"])
    return found


def check(text: str, known: Iterable[str]) -> None:
    """Raise `TemplateError` where a text could not be rendered with values of the known names."""
    if OPENING in text:
        render(text, dict.fromkeys(known, ""))


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; values are not templates themselves."""
    if OPENING not in text:
        return text
    pieces = []
    end = 0
    for form in _forms(text):
        pieces.append(text[end : form.start()])
        end = form.end()
        name = form["name"]
        if name is None:
            pieces.append(_literal(form))
        elif name in values:
            pieces.append(values[name])
        else:
            raise TemplateError(unknown("variable", name, values), form[0])
    pieces.append(text[end:])
    return "".join(pieces)


def render_data(data: Json, values: Mapping[str, str]) -> Json:
    """JSON data with every string in it rendered; the keys of maps stay as they are."""
    match data:
        case str():
            return render(data, values)
        case list():
            return [render_data(item, values) for item in data]
        case dict():
            return {key: render_data(item, values) for key, item in data.items()}
        case _:
            return data


def is_templated(data: Json) -> bool:
    """Whether any string in JSON data holds a template."""
    match data:
        case str():
            return OPENING in data
        case list():
            return any(is_templated(item) for item in data)
        case dict():
            return any(is_templated(item) for item in data.values())
        case _:
            return False


def escape(text: str) -> str:
    """The text as a template that renders to it and that a UTF-8 file can hold."""
    if OPENING in text:
        text = text.replace(OPENING, '{{ "{{" }}')
    return text if text.isascii() else _SURROGATE.sub(lambda found: f"{{{{ {json.dumps(found[0])} }}}}", text)
