"""What every exporter is given."""

from importlib import import_module

import pytest

from runner.formats import EXPORTERS
from runner.formats.exporting import inlined


@pytest.mark.parametrize("place", EXPORTERS.values())
def test_every_exporter_is_there(place: str) -> None:
    """Each name leads to a function that says what it writes."""
    room, _, name = place.partition(":")
    assert getattr(import_module(room), name).__doc__


def test_files_come_back_as_the_api_takes_them() -> None:
    """References become data URLs or bare base64 where a part holds a file; the same words in a text stay."""
    digest = "ab" * 32
    mark = f"data:image/png;sha256,{digest}"
    parts = [
        {"type": "text", "text": mark},
        {"type": "image_url", "image_url": {"url": mark, "detail": "low"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;sha256,{digest}"}},
        {"type": "input_audio", "input_audio": {"data": f"base64;sha256,{digest}", "format": "wav"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
    ]
    asked: list[str] = []

    def read(name: str) -> bytes:
        asked.append(name)
        return b"hi"

    plain = {"role": "user", "content": mark}
    [message, same] = inlined([{"role": "user", "content": parts}, plain], read)
    assert same is plain
    assert message["content"] == [
        parts[0],
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk=", "detail": "low"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="}},
        {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
        parts[4],
    ]
    assert asked == [digest] * 3
