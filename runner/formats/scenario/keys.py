"""Every key that may stand in a scenario file, with its sentence: what the reader knows and the schema describes."""

from typing import Final

from pydantic import BaseModel

from runner.core.request_fields import EXTRA, SETTABLE
from runner.core.scenario import Scenario, Setup, Turn


def _sentence(model: type[BaseModel], field: str) -> str:
    """The sentence that stands under a field."""
    return model.model_fields[field].description or ""


SCENARIO: Final[dict[str, str]] = {
    "name": _sentence(Scenario, "name"),
    "description": _sentence(Scenario, "description"),
    "tags": _sentence(Scenario, "tags"),
    "extends": "Another scenario file that this one goes on from: params, vars, gate and matrix merge, tags and expect "
    "append, the rest replaces.",
    "provider": _sentence(Scenario, "provider"),
    "model": _sentence(Scenario, "model"),
    "system": "The system message that the conversation opens with; without it, none is sent.",
    "developer": "The developer message that the conversation opens with, instead of `system`.",
    "params": _sentence(Scenario, "params"),
    "vars": _sentence(Scenario, "vars"),
    "turns": _sentence(Scenario, "turns"),
    "expect": _sentence(Scenario, "checks"),
    "cases": _sentence(Scenario, "cases"),
    "matrix": _sentence(Scenario, "axes"),
    "repeat": _sentence(Scenario, "repeat"),
    "on_failed_check": _sentence(Scenario, "on_failed_check"),
    "gate": _sentence(Scenario, "gate"),
    "judge": _sentence(Scenario, "judge"),
}
"""The keys of a scenario."""

TURN: Final[dict[str, str]] = {
    "user": "What the user says: a text, or content parts as the API has them.",
    "assistant": "A gold turn: put into the history as it stands, not asked for.",
    "include": "A file whose turns stand here.",
    "id": _sentence(Turn, "id"),
    "params": _sentence(Turn, "params"),
    "expect": _sentence(Turn, "checks"),
    "when": _sentence(Turn, "when"),
    "capture": _sentence(Turn, "captures"),
}
"""The keys of a turn."""

SETUP: Final[dict[str, str]] = {
    "provider": "Another provider.",
    "model": "Another model.",
    "system": "Another system message; null takes it away.",
    "developer": "Another developer message; null takes it away.",
    "params": _sentence(Setup, "params"),
    "vars": "Other values of variables.",
}
"""The keys of a bundle under `setup`."""

JUDGE: Final[dict[str, str]] = {
    "provider": "The provider that judges; by default the one under test, with the model that its settings call `judge`.",
    "model": "The model that judges.",
    "params": "Request fields that go with its questions.",
    "prompt": "What the judge is told to do, in the place of the built-in words.",
    "votes": "How often each question is asked; most of the answers decide.",
}
"""The keys of a judge."""

PART: Final[dict[str, str]] = {
    "text": "Text.",
    "image_url": "An image: `url` is an address, or {$file: path}.",
    "input_audio": "Sound: `data` is base64, or {$file: path}.",
    "file": "A document: `file_data` is a data URL, or {$file: path}.",
    "refusal": "What an assistant refused.",
}
"""The types of content parts."""

ENVIRONMENT: Final[dict[str, str]] = {
    "env": "The environment variable that holds the value.",
    "secret": "Whether the value is kept out of every file and key that is written.",
}
"""The keys of a variable that comes from the environment."""

PARAMS: Final = {
    **{name: f"The Chat Completions field `{name}`, passed through untouched." for name in sorted(SETTABLE)},
    EXTRA: "A server's own fields, merged into the request's body, as in the openai package.",
}
"""The keys of params."""

MATRIX: Final[dict[str, str]] = {
    "model": "Models.",
    "provider": "Providers.",
    "system": "System messages, each with a name.",
    "developer": "Developer messages, each with a name.",
    "setup": "Bundles of settings, each with a name: `{name: {set: {..}}}`.",
}
"""The axes that are neither request fields nor variables."""

CASE_ID: Final = "What the case is called in ids; without one, a case is called by its number."
