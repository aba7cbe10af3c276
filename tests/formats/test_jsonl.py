"""Transcripts as JSON lines."""

import json

from runner.core.value import encode_readable
from runner.formats.jsonl import write
from tests.exported import exported
from tests.played import played


def test_lines_stay_as_they_are() -> None:
    """Each line is written byte for byte, whatever stands in it."""
    talks = [played(("Hi \u2028 \ud83d", "Hello 日本")), played(("Bye", None))]
    text, _ = exported(write, *talks)
    assert text.encode() == b"".join(encode_readable(each.dump()) + b"\n" for each in talks)


def test_files_are_inlined_where_asked_for() -> None:
    """With `inline_files` a reference becomes the file, and everything else stays."""
    digest = "cd" * 32
    parts = [{"type": "image_url", "image_url": {"url": f"data:image/png;sha256,{digest}"}}]
    talk = played((parts, "A kettle"))
    assert digest in exported(write, talk)[0]
    fields = json.loads(exported(write, talk, files={digest: b"hi"}, inline_files=True)[0])
    assert fields["messages"][0]["content"][0]["image_url"]["url"] == "data:image/png;base64,aGk="
    assert {**fields, "messages": None} == {**json.loads(json.dumps(talk.dump())), "messages": None}
