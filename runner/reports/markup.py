"""Text of models, scenarios and servers as HTML: shown to the letter, never obeyed; no script, no style sheet, no address."""

from html import escape

from runner.core.harmless import harmless


def shown(text: object) -> str:
    """The text as HTML shows it."""
    return escape(harmless(str(text)))


def element(name: str, inside: str, **attributes: str) -> str:
    """An element around HTML; an attribute `class_` is written `class`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(harmless(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{inside}</{name}>"
