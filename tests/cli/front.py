"""A front door for tests: commands run in this process, in a folder of their own, against a transport that is canned."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner.cli import app
from runner.core.message import Answer, Failure, Message, Reply, Request, Usage
from runner.operations.stage import Stage
from runner.transports import Notify
from runner.transports.fake import FakeTransport

GOLDENS = Path(__file__).parents[1] / "goldens"
WRITE = "RUNNER_WRITE_GOLDENS"
"""Set to anything, the goldens are written anew instead of compared."""

SETTINGS = """\
provider = "canned"
[providers.canned]
base_url = "http://127.0.0.1:9/v1"
models = { main = "canned-1" }
"""

_STAMP = re.compile(r"\b\d{8}-\d{6}-")
_AGAIN = re.compile(r"(\b20260101-000000-[\w.-]*?)-\d+(?=[/\s])")
"""The number behind the name of a run that began in the same second as another: whether it does is chance."""
_ELAPSED = re.compile(r"\b\d+\.\d+ s$", re.MULTILINE)

Respond = Callable[[Request, list[Message]], "str | Failure | Answer"]


def spoken(text: str, **fields: object) -> Answer:
    """A reply with a usage and a latency that are always the same."""
    reply = Reply.model_validate(
        {"message": {"role": "assistant", "content": text}, "finish_reason": "stop", **fields}
    )
    usage = Usage(prompt_tokens=1200, completion_tokens=34)
    return Answer(reply=reply, usage=usage, latency_s=0.5, started_at="2026-01-01T00:00:00.000Z")


def agree(request: Request, messages: list[Message]) -> Answer | Failure:  # noqa: ARG001 - only what was said counts
    """Repeats what was said; what is `hopeless` has no answer."""
    said = str(messages[-1]["content"])
    if "hopeless" in said:
        return Failure(kind="rate_limited", message="the server answered 429: slow down", status=429)
    return spoken(f"You said: {said}")


@dataclass(frozen=True)
class Shown:
    """What a command wrote, and its exit code."""

    exit_code: int
    out: str
    err: str

    @property
    def page(self) -> str:
        """All of it as a golden has it: without what differs from run to run."""
        text = f"--- stdout\n{self.out}--- stderr\n{self.err}--- exit code {self.exit_code}\n"
        return _ELAPSED.sub("0.00 s", _AGAIN.sub(r"\1", _STAMP.sub("20260101-000000-", text)))


class Front:
    """Runs commands in a folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self.transport = FakeTransport(agree)
        self.staged: list[Stage] = []
        """Every stage that was played."""
        monkeypatch.chdir(folder)
        self.write("runner.toml", SETTINGS)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def answer(self, respond: Respond) -> None:
        """Let a function give the answers."""
        self.transport = FakeTransport(respond)

    def type(
        self,
        *words: str,
        width: int = 80,
        env: Mapping[str, str] | None = None,
        typed: str | bytes | None = None,
    ) -> Shown:
        """Run a command line; `typed` is what comes on its input."""
        import runner.operations.chat
        import runner.operations.play

        self._monkeypatch.setattr(runner.operations.play, "connect", self._connect)
        self._monkeypatch.setattr(runner.operations.chat, "connect", self._connect)
        environ = {"COLUMNS": str(width), "CI": None, "NO_COLOR": None, "FORCE_COLOR": None, **(env or {})}
        self._monkeypatch.setattr("sys.argv", ["runner", *words])
        result = CliRunner().invoke(app, words, typed, prog_name="runner", env=environ)
        return Shown(result.exit_code, result.stdout, result.stderr)

    def _connect(self, stage: Stage, *_: object, **__: object) -> FakeTransport:
        self.staged.append(stage)
        return self.transport

    @property
    def run_folder(self) -> Path:
        """The newest run's folder."""
        return max((self.folder / "outputs").iterdir())


class Noticing(FakeTransport):
    """A transport that also says what goes on."""

    def __init__(self, respond: Respond, perform: Callable[[Request, Notify], None]) -> None:
        super().__init__(respond)
        self._perform = perform

    async def send(self, request: Request, notify: Notify) -> Answer:
        self._perform(request, notify)
        return await super().send(request, lambda _: None)


def require_golden(name: str, text: str) -> None:
    """Hold a text to the golden of its name."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get(WRITE):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"to accept what is shown now, set {WRITE}=1"
