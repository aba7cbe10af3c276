"""Templates: names and nothing else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.core.template import (
    NAME,
    TemplateError,
    check,
    escape,
    is_templated,
    names,
    render,
    render_data,
    secret_mark,
)

VALUES = {"shop": "Acme", "rma-1": "{{ shop }}", "größe": "42", "_x": ""}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain } { }}", "plain } { }}"),
        ("{{ shop }}, {{shop}}, {{\tshop\n}}", "Acme, Acme, Acme"),
        ("{{ größe }}{{ _x }}", "42"),
        ("{{ rma-1 }}", "{{ shop }}"),
        ('{"a": {{ größe }}}', '{"a": 42}'),
        ('{{ "{{" }} shop }}', "{{ shop }}"),
        ('{{ "a \\"b\\" \\n\\ud83d" }}', 'a "b" \n\ud83d'),
    ],
)
def test_names_are_filled_in(text: str, rendered: str) -> None:
    """A name becomes its value, which is no template itself; a JSON string becomes the text that it stands for."""
    assert render(text, VALUES) == rendered
    check(text, VALUES)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Hello {{ a.b }}!", "{{ a.b }}"),
        ("{{ a | upper }}", "{{ a | upper }}"),
        ("{{}}", "{{}}"),
        ("{{{ shop }}}", "{{{ shop }}"),
        ("{{ 1a }}", "{{ 1a }}"),
        ("one {{ two\nthree", "{{ two"),
        ('{{ "a" "b" }}', '{{ "a" "b" }}'),
        ('{{ "\\x" }}', '{{ "\\x" }}'),
        ("{{", "{{"),
    ],
)
def test_other_braces_are_refused(text: str, form: str) -> None:
    """Braces that open no template are an error that shows them and says how to write braces."""
    for use in (names, lambda text: render(text, VALUES), lambda text: check(text, VALUES)):
        with pytest.raises(TemplateError, match="for the braces themselves write") as caught:
            use(text)
        assert caught.value.form == form


def test_an_unknown_name_gets_the_nearest() -> None:
    """A slip in a name is an error with the name that was perhaps meant."""
    with pytest.raises(TemplateError, match="unknown variable `shpo`; did you mean `shop`") as caught:
        render("in {{ shpo }}", VALUES)
    assert caught.value.form == "{{ shpo }}"
    with pytest.raises(TemplateError, match="there is none here"):
        render("{{ x }}", {})


def test_names_come_in_order() -> None:
    """The variables of a text are listed as they stand in it."""
    assert names('{{ b }} {{ "x" }} {{ a }} {{ b }}') == ["b", "a", "b"]
    assert names("none") == []


@given(st.text(st.characters()) | st.lists(st.sampled_from(["{", "}", "{{", " x ", '"'])).map("".join))
def test_an_escaped_text_renders_to_itself(text: str) -> None:
    """Any text at all can be said, and what says it fits into a UTF-8 file."""
    escaped = escape(text)
    assert render(escaped, {}) == text
    escaped.encode()


@given(st.text())
def test_rendering_raises_nothing_else(text: str) -> None:
    """A text renders, or is a template error."""
    with contextlib.suppress(TemplateError):
        assert isinstance(render("{{" + text, VALUES), str)


def test_data_is_rendered_within() -> None:
    """Every string of a list or a map is rendered; keys and numbers stay."""
    data = {"{{ shop }}": ["{{ shop }}", 1, None, {"x": "{{ größe }}"}]}
    assert render_data(data, VALUES) == {"{{ shop }}": ["Acme", 1, None, {"x": "42"}]}
    assert is_templated(data)
    assert not is_templated({"{{ shop }}": [1, True, "x"]})


def test_a_secret_is_a_mark() -> None:
    """What stands for a secret names its environment variable."""
    assert secret_mark("CRM_TOKEN") == "<secret:CRM_TOKEN>"


@pytest.mark.parametrize(
    ("name", "good"),
    [("a", True), ("a-1_b", True), ("é", True), ("1", False), ("a b", False), ("", False), ("a\n", False)],
)
def test_what_a_variable_may_be_called(name: str, good: bool) -> None:
    """Letters, digits, underscore and hyphen, a letter first."""
    assert bool(NAME.match(name)) is good
