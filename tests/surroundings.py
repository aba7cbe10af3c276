"""Surroundings for tests of checks: who judges, who measures closeness, and a folder that files are named from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from runner.core.check import Check, Judge
from runner.core.conversation import Conversation
from runner.core.event import Judged
from runner.core.finding import Verdict
from runner.core.message import Answer, Reply, Request
from runner.core.trial import Trial
from tests.stage import drive, posed, script_of


@dataclass(frozen=True)
class Around:
    """What a check learns of a project in which a judge and embeddings are set."""

    folder: Path = Path()
    by: Judge | None = field(default_factory=lambda: Judge("judges", "j-1"))

    def judge(self, provider: str | None, model: str | None) -> Judge:
        if self.by is None and (provider is None or model is None):
            raise ValueError("no judge is set")
        by = self.by or Judge("", "")
        return Judge(provider or by.provider, model or by.model, by.params, by.prompt, by.votes)

    def embedder(self, provider: str | None, model: str | None) -> Judge:
        return self.judge(provider, model)

    def locate(self, path: str) -> str:
        found = (self.folder / path).resolve()
        if not found.is_relative_to(self.folder.resolve()):
            raise ValueError(f"{path} lies outside the project")
        return str(found)


AROUND = Around()


def text_answer(text: str) -> Answer:
    return Answer(reply=Reply(message={"role": "assistant", "content": text}, finish_reason="stop"))


def played(
    check: Check,
    reply: str,
    answer_it: Callable[[Request], Answer] = lambda _: text_answer("?"),
    *,
    name: str = "check",
    of: str | None = None,
) -> tuple[list[Request], Verdict]:
    """A turn that is answered by a reply and judged by a check: what the check asked, and its verdict."""
    each = posed(check, name, of)
    script = script_of("u", [] if of else [(each,)], [each] if of else [])

    def answer(request: Request) -> Answer:
        return text_answer(reply) if request.purpose == "turn" else answer_it(request)

    _, events, sent = drive(Conversation.begin(Trial(script)), answer)
    (verdict,) = (event.verdict for event in events if isinstance(event, Judged))
    return [request for request in sent if request.purpose == "judge"], verdict
