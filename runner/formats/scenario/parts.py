"""What a turn says, out of nodes: text, or content parts as the API has them, with files as references.

A file's bytes never come in: a message holds `data:image/png;sha256,<hex>` (`base64;sha256,<hex>` where the API
takes bare base64), and the scenario says where the file with that SHA-256 lies.
"""

from collections.abc import Mapping
from mimetypes import guess_type
from typing import Final

from runner.core.scenario import Content
from runner.core.template import escape, is_templated
from runner.core.value import Json
from runner.core.wording import listed, quoted, unknown
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

PART_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "image_url": {
        "url": "An address, or {$file: path}.",
        "detail": "How closely the model looks: auto, low, high or original.",
    },
    "input_audio": {"data": "Base64, or {$file: path}.", "format": "What it is: wav or mp3."},
    "file": {
        "file_data": "A data URL, or {$file: path}.",
        "file_id": "The id of a file that was uploaded before, in place of its data.",
        "filename": "What the file is called.",
    },
}
"""What the API has in a content part, each with its sentence; all of it is text."""

PART_NEEDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "image_url": (("url",),),
    "input_audio": (("data",), ("format",)),
    "file": (("file_data", "file_id"), ("filename", "file_id")),
}
"""What a content part cannot do without; of those that stand together, one.

The API calls a file's data without a name a missing `file_id`.
"""

LONGEST_PATH: Final = 80
"""A longer one is not repeated in a complaint."""
_OF_ROLE: Final = {"user": ("text", *PART_FIELDS), "assistant": ("text", "refusal")}
_DATA_FILES: Final = (".yaml", ".yml", ".json")


def said(reader: Reader, node: Node, key: str) -> TextNode | None:
    """A text that somebody says; without quotes it may not be empty."""
    found = reader.template(node, key)
    if found is not None and found.plain and not found.text:
        reader.say(found, key, 'an empty turn: expected what is said; where nothing is meant, write ""')
        return None
    return found


def content(reader: Reader, node: Node, key: str, role: str) -> tuple[Content, bool] | None:
    """What somebody says: a text, or content parts; and whether it is a template."""
    found = reader.resolved(node, key)
    if isinstance(found, ListNode):
        if not found.items:
            reader.say(found, key, "an empty list of content parts")
        parts = [_part(reader, item, f"{key}[{number}]", role) for number, item in enumerate(found.items)]
        return [part for part in parts if part is not None], True
    text = None if found is None else said(reader, found, key)
    return None if text is None else (text.text, text.template)


def _part(reader: Reader, node: Node, key: str, role: str) -> dict[str, Json] | None:
    """One content part, as the API has it; files become references by their SHA-256."""
    found = reader.resolved(node, key)
    if not isinstance(found, MapNode) or "type" not in found.entries:
        reader.say(
            node, key, "expected a content part, `{type: .., ..}`; a text that begins with `[` needs quotes"
        )
        return None
    kind = reader.word(found.entries["type"], f"{key}.type")
    if kind is None or (why := _misplaced(kind, role)) is not None:
        if kind is not None:
            reader.say(found.entries["type"], f"{key}.type", why or "")
        return None
    if kind not in found.entries:
        reader.say(found, key, f"a content part of type {quoted(kind)} needs a key {quoted(kind)}")
        return None
    part: dict[str, Json] = {}
    for name, value in found.entries.items():
        below = f"{key}.{name}"
        part[name] = _body(reader, kind, value, below) if name == kind else reader.spec(value, below)
    return part


def _misplaced(kind: str, role: str) -> str | None:
    """Why a type of content part is not one that somebody may say."""
    if kind not in PART:
        return unknown("content part", kind, _OF_ROLE[role])
    if kind in _OF_ROLE[role]:
        return None
    return f"{'an assistant' if role == 'assistant' else 'a user'} says {listed(_OF_ROLE[role])}, and no {quoted(kind)}"


def _body(reader: Reader, kind: str, node: Node, key: str) -> Json:
    """What stands in a content part under the key of its type."""
    if kind not in PART_FIELDS:
        text = reader.template(node, key)
        return None if text is None else text.text if text.template else escape(text.text)
    needs = PART_NEEDS[kind]
    if isinstance(node, MapNode) and FILE in node.entries:
        path = node.entries[FILE]
        if isinstance(path, TextNode) and not path.text.endswith(_DATA_FILES):
            reader.say(node, key, f"expected `{kind}: {{{needs[0][0]}: {{$file: {path.text}}}}}`")
            return None
    found = reader.table(node, key, f"a map, `{kind}: {{{needs[0][0]}: ..}}`")
    if found is None:
        return None
    for names in needs:
        if not any(name in found.entries for name in names):
            wanted = " or ".join(quoted(name) for name in names)
            reader.say(
                node, key, f"lacks {wanted}: expected {_small(PART_FIELDS[kind][names[0]].rstrip('.'))}"
            )
    return {name: _field(reader, kind, name, value, f"{key}.{name}") for name, value in found.entries.items()}


def _field(reader: Reader, kind: str, name: str, node: Node, key: str) -> Json:
    """One field of a content part; a server's own ones pass as they are."""
    form = _FILE_FIELDS.get((kind, name))
    if form is not None and isinstance(node, MapNode) and FILE in node.entries:
        return _reference(reader, node, key, form)
    if name not in PART_FIELDS[kind]:
        return reader.spec(node, key)
    found = reader.template(node, key)
    if found is None:
        return None
    if form is not None and not is_templated(found.text) and _is_path(found.text, kind):
        wanted = _small(PART_FIELDS[kind][name].partition(", or")[0])
        path = found.text if len(found.text) <= LONGEST_PATH else "path"
        reader.say(found, key, f"expected {wanted}; for a file that lies here, write `{{$file: {path}}}`")
    return found.text if found.template else escape(found.text)


def _small(sentence: str) -> str:
    """A sentence as it goes on within another one."""
    return sentence[:1].lower() + sentence[1:]


def _is_path(text: str, kind: str) -> bool:
    """Whether a text that stands for bytes is rather the name of a file: no address has no colon, no base64 a dot."""
    return ":" not in text if kind == "image_url" else "." in text and not text.startswith("data:")


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
