"""What a turn says, out of nodes: text, or content parts as the API has them, with files as references.

A file's bytes never come in: a message holds `data:image/png;sha256,<hex>` (`base64;sha256,<hex>` where the API
takes bare base64), and the scenario says where the file with that SHA-256 lies.
"""

from mimetypes import guess_type
from typing import Final

from runner.core.scenario import Content
from runner.core.template import escape
from runner.core.value import Json
from runner.core.wording import quoted, unknown
from runner.formats.scenario.keys import PART
from runner.formats.scenario.reader import FILE, Reader
from runner.formats.source.files import UnreadableError
from runner.formats.source.nodes import ListNode, MapNode, Node, TextNode

_FILE_FIELDS: Final = {
    ("image_url", "url"): "data",
    ("file", "file_data"): "data",
    ("input_audio", "data"): "base64",
}
"""Where a content part takes a file's bytes, and in which form."""


def said(reader: Reader, node: Node, key: str) -> TextNode | None:
    """A text that somebody says; without quotes it may not be empty."""
    found = reader.template(node, key)
    if found is not None and found.plain and not found.text:
        reader.say(found, key, 'an empty turn: expected what is said; where nothing is meant, write ""')
        return None
    return found


def content(reader: Reader, node: Node, key: str) -> tuple[Content, bool] | None:
    """What is said: a text, or content parts; and whether it is a template."""
    found = reader.resolved(node, key)
    if isinstance(found, ListNode):
        if not found.items:
            reader.say(found, key, "an empty list of content parts")
        parts = [_part(reader, item, f"{key}[{number}]") for number, item in enumerate(found.items)]
        return [part for part in parts if part is not None], True
    text = None if found is None else said(reader, found, key)
    return None if text is None else (text.text, text.template)


def _part(reader: Reader, node: Node, key: str) -> dict[str, Json] | None:
    """One content part, as the API has it; files become references by their SHA-256."""
    found = reader.resolved(node, key)
    if not isinstance(found, MapNode) or "type" not in found.entries:
        reader.say(
            node, key, "expected a content part, `{type: .., ..}`; a text that begins with `[` needs quotes"
        )
        return None
    kind = reader.word(found.entries["type"], f"{key}.type")
    if kind is None or kind not in PART:
        if kind is not None:
            reader.say(found.entries["type"], f"{key}.type", unknown("content part", kind, PART))
        return None
    if kind not in found.entries:
        reader.say(found, key, f"a content part of type {quoted(kind)} needs a key {quoted(kind)}")
        return None
    part: dict[str, Json] = {}
    for name, value in found.entries.items():
        part[name] = _part_field(reader, kind if name == kind else "", value, f"{key}.{name}")
    return part


def _part_field(reader: Reader, kind: str, node: Node, key: str) -> Json:
    """What stands under one key of a content part."""
    if isinstance(node, MapNode) and FILE not in node.entries:
        fields = {}
        for name, value in node.entries.items():
            below = f"{key}.{name}"
            form = _FILE_FIELDS.get((kind, name))
            if form is not None and isinstance(value, MapNode) and FILE in value.entries:
                fields[name] = _reference(reader, value, below, form)
            else:
                fields[name] = reader.spec(value, below)
        return fields
    if kind == "text":
        found = reader.template(node, key)
        return None if found is None else found.text if found.template else escape(found.text)
    return reader.spec(node, key)


def _reference(reader: Reader, node: MapNode, key: str, form: str) -> Json:
    """What stands in a message for the bytes of a file."""
    path = reader.path(node, key)
    if path is None:
        return None
    try:
        digest = reader.files.digest(path)
    except UnreadableError as error:
        reader.say(node.entries[FILE], key, f"the file {quoted(path)} {error}")
        return None
    reader.sent[digest] = path
    if form == "base64":
        return f"base64;sha256,{digest}"
    kind = guess_type(path)[0]
    if kind is None:
        reader.say(node.entries[FILE], key, f"what {quoted(path)} holds cannot be told from its ending")
        return None
    return f"data:{kind};sha256,{digest}"
