"""Images, sound and documents from the scenario to the wire, and what is kept of them."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from runner.errors import ProblemsError
from runner.operations.stage import Asked, stage
from runner.store.folder import find_run
from tests.loopback import LoopbackApi, completion, echo, in_turn, refuse

GOOD = Path(__file__).parents[1] / "scenarios" / "good"
SCENARIO = """\
name: look
turns:
  - user:
      - {type: text, text: What is this?}
      - {type: image_url, image_url: {url: {$file: dot.png}, detail: low}}
      - {type: image_url, image_url: {url: "https://example.org/a.png"}}
      - {type: input_audio, input_audio: {data: {$file: dot.wav}, format: wav}}
      - {type: file, file: {file_data: {$file: dot.pdf}, filename: dot.pdf}}
      - {type: file, file: {file_id: file-4711}}
  - assistant: [{type: text, text: A dot.}]
  - user:
      - {type: image_url, image_url: {url: {$file: again.png}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("dot.png", "dot.wav", "dot.pdf"):
        shutil.copy(GOOD / name, tmp_path)
    shutil.copy(GOOD / "dot.png", tmp_path / "again.png")
    (tmp_path / "look.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def play(folder: Path, api: LoopbackApi, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "runner", "play", *words],
        cwd=folder,
        env={
            **kept,
            "OPENAI_API_KEY": "sk-test-0123456789",
            "OPENAI_BASE_URL": api.base_url,
            "COLUMNS": "80",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def meant(folder: Path) -> list[dict[str, Any]]:
    """The messages of the last request without the reply, written down by hand."""
    png = f"data:image/png;base64,{encoded(folder / 'dot.png')}"
    pdf = f"data:application/pdf;base64,{encoded(folder / 'dot.pdf')}"
    return [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": png, "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                {
                    "type": "input_audio",
                    "input_audio": {"data": encoded(folder / "dot.wav"), "format": "wav"},
                },
                {"type": "file", "file": {"file_data": pdf, "filename": "dot.pdf"}},
                {"type": "file", "file": {"file_id": "file-4711"}},
            ],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "A dot."}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": png}}]},
    ]


def test_what_arrives_is_what_the_client_sends(folder: Path) -> None:
    """The body is the one that the openai package makes from the same parts, and fits its types."""
    with LoopbackApi() as api:
        assert play(folder, api, "look.yaml").returncode == 0
        ours = api.records[-1].body
        messages: Any = meant(folder)
        heard = ours["messages"].pop(1)
        assert heard["role"] == "assistant"
        client = openai.OpenAI(api_key="sk-test-0123456789", base_url=api.base_url)
        client.chat.completions.create(model=ours["model"], messages=messages)
        assert ours == api.records[-1].body
    TypeAdapter(list[ChatCompletionMessageParam]).validate_python(ours["messages"])


def test_a_file_is_kept_once_however_often_it_is_said(folder: Path) -> None:
    """Two names of the same bytes are one file beside the run; journal and transcript hold the reference alone."""
    with LoopbackApi(lambda _: completion("ok")) as api:
        assert play(folder, api, "look.yaml", "--repeat", "2").returncode == 0
    kept = find_run("latest", folder / "outputs")
    names = {
        hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("dot.png", "dot.wav", "dot.pdf")
    }
    assert {path.name for path in kept.files.iterdir()} == names
    written = kept.journal.read_text(encoding="utf-8") + kept.transcripts.read_text(encoding="utf-8")
    assert all(encoded(folder / name) not in written for name in ("dot.png", "dot.wav", "dot.pdf"))


def test_a_run_with_files_goes_on(folder: Path) -> None:
    """A run that was cut after its first answer sends the files of the first turn again, and asks for the rest alone."""
    with LoopbackApi() as api:
        assert play(folder, api, "look.yaml").returncode == 0
        whole = [record.body for record in api.records]
        kept = find_run("latest", folder / "outputs")
        lines = kept.journal.read_bytes().splitlines(keepends=True)
        first = next(place for place, line in enumerate(lines) if json.loads(line).get("event") == "answered")
        kept.journal.write_bytes(b"".join(lines[: first + 1]))
        assert play(folder, api, "--resume", "latest").returncode == 0
        assert [record.body for record in api.records] == [*whole, whole[-1]]


def test_a_server_that_reads_no_images_says_so_in_a_sentence(folder: Path) -> None:
    """What a server cannot read is told as that, in its own words besides, and nothing more of that trial is sent."""
    said = "Invalid content type. image_url is only supported by certain models"
    with LoopbackApi(in_turn(refuse(400, message=said), echo)) as api:
        shown = play(folder, api, "look.yaml")
        assert len(api.records) == 1
    assert shown.returncode == 4
    words = " ".join((shown.stdout + shown.stderr).split())
    assert f"cannot read what stands beside text in this conversation (400: {said}): is each file" in words
    assert "Traceback" not in words


@pytest.mark.parametrize("where", ["--provider", "scenario"])
def test_the_embedded_model_reads_text_alone(folder: Path, where: str) -> None:
    """Before anything is sent, each turn that holds more than text is named with its line and the ways on."""
    from runner.core.change import Changes

    path = folder / "look.yaml"
    changes = Changes(provider="local")
    if where == "scenario":
        path.write_text(f"provider: local\n{SCENARIO}", encoding="utf-8")
        changes = Changes()
    with pytest.raises(ProblemsError) as raised:
        stage(Asked(paths=("look.yaml",), changes=changes), folder, {})
    first, second = raised.value.problems
    shift = where == "scenario"
    assert [(each.path, each.line) for each in (first, second)] == [
        ("look.yaml", 3 + shift),
        ("look.yaml", 11 + shift),
    ]
    assert "turns[0].user: holds an image, sound, a document, and the provider local" in str(first)
    assert "reads text alone" in str(second)
    assert "--provider" in str(second)


def test_parts_of_text_are_read_by_the_embedded_model(folder: Path) -> None:
    """Parts that are text alone are nothing special."""
    from runner.core.change import Changes

    (folder / "look.yaml").write_text("turns: [{user: [{type: text, text: Hello}]}]\n", encoding="utf-8")
    assert stage(Asked(paths=("look.yaml",), changes=Changes(provider="local")), folder, {}).requests == 1
