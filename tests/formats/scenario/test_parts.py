"""Content parts as the API has them."""

from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from openai.types.chat import ChatCompletionContentPartParam

from runner.errors import ProblemsError
from runner.formats.native import load
from runner.formats.scenario.keys import PART
from runner.formats.scenario.parts import PART_FIELDS


def read(folder: Path, parts: str) -> list[Any]:
    """The parts of a scenario's only turn."""
    (folder / "a.yaml").write_text(f"turns: [{{user: [{parts}]}}]\n", encoding="utf-8")
    (scenario,) = load(["a.yaml"], {}, folder)
    content = scenario.turns[0].content
    assert isinstance(content, list)
    return content


def test_the_fields_are_those_of_the_openai_package() -> None:
    """Types of content parts, and what stands in each, are those of the installed openai package."""
    known = {}
    for form in get_args(ChatCompletionContentPartParam):
        hints = get_type_hints(form)
        (kind,) = get_args(hints["type"])
        known[kind] = {} if hints[kind] is str else get_type_hints(hints[kind])
    assert {kind: list(fields) for kind, fields in known.items() if fields} == {
        kind: sorted(fields, key=list(known[kind]).index) for kind, fields in PART_FIELDS.items()
    }
    assert known.keys() | {"refusal"} == PART.keys()


def test_what_the_api_has_as_text_stays_text(tmp_path: Path) -> None:
    """Names that look like numbers are sent as they were written, in every field that is text to the API."""
    (part,) = read(tmp_path, "{type: file, file: {file_id: 007, filename: 2024}}")
    assert part == {"type": "file", "file": {"file_id": "007", "filename": "2024"}}


def test_what_a_server_adds_passes_as_it_is(tmp_path: Path) -> None:
    """Fields that are some server's own are sent as the data that was written."""
    own = "{type: image_url, image_url: {url: 'https://a/b', fps: 2}, cache_control: {type: ephemeral}}"
    (part,) = read(tmp_path, own)
    assert part["image_url"]["fps"] == 2
    assert part["cache_control"] == {"type": "ephemeral"}


@pytest.mark.parametrize("url", ["data:image/png;base64,aGk=", "https://a/b.png", "gs://bucket/a.png"])
def test_addresses_pass_as_they_are(tmp_path: Path, url: str) -> None:
    """Whatever has a scheme is an address."""
    (part,) = read(tmp_path, f"{{type: image_url, image_url: {{url: '{url}'}}}}")
    assert part["image_url"]["url"] == url


def test_a_variable_may_hold_an_address(tmp_path: Path) -> None:
    """What stands in a variable is not known before it is filled in, and is not taken for a path."""
    (tmp_path / "a.yaml").write_text(
        "vars: {page: 'https://a/b'}\nturns: [{user: [{type: image_url, image_url: {url: '{{ page }}'}}]}]\n"
    )
    load(["a.yaml"], {}, tmp_path)


def test_a_path_where_a_file_is_meant_is_told(tmp_path: Path) -> None:
    """A path in the place of an address is no address: how a file is named is told."""
    with pytest.raises(ProblemsError, match=r"write `\{\$file: dot\.png\}`"):
        read(tmp_path, "{type: image_url, image_url: {url: dot.png}}")


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    """A file that holds nothing, which no server takes, is told before anything is sent."""
    (tmp_path / "dot.png").touch()
    with pytest.raises(ProblemsError, match=r"the file `dot\.png` is empty"):
        read(tmp_path, "{type: image_url, image_url: {url: {$file: dot.png}}}")


def test_an_image_where_a_text_is_meant_is_told(tmp_path: Path) -> None:
    """A file that is no text is not called badly saved: where it belongs is told."""
    (tmp_path / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(ProblemsError, match=r"dot\.png:1:1: is no text: an image.* goes into a content part"):
        read(tmp_path, "{type: text, text: {$file: dot.png}}")
