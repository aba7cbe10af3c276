"""Whether what is asked for fits the provider that it is asked of: told before anything is sent, where it was written."""

from collections.abc import Iterator
from typing import Final

from runner.core.change import Changes
from runner.core.scenario import Scenario
from runner.errors import Problem, ProviderError
from runner.settings import Provider, Settings

SEEN: Final = {"image_url": "an image", "input_audio": "sound", "file": "a document"}
"""Content parts that are more than text, in words."""


def blamed(message: str, scenario: Scenario, settings: Settings, changes: Changes) -> Problem:
    """What is wrong with a provider or a model, where it was named: in an option if that alone is wrong, or a scenario."""
    try:
        settings.resolve(provider=changes.provider, model=changes.model)
    except ProviderError as error:
        if str(error) == message and (changes.provider or changes.model):
            is_unknown = changes.provider is not None and changes.provider not in settings.providers
            return Problem(message=f"--provider {changes.provider}: {message}" if is_unknown else message)
    return Problem(path=scenario.path, line=scenario.line, message=message)


def unreadable(scenario: Scenario, provider: Provider) -> Iterator[Problem]:
    """The turns that a provider of text alone cannot read; what other servers cannot read, they say themselves."""
    if provider.kind != "local":
        return
    for number, turn in enumerate(scenario.turns):
        parts = turn.content if isinstance(turn.content, list) else []
        held = [SEEN[kind] for kind in dict.fromkeys(str(part.get("type")) for part in parts) if kind in SEEN]
        if held:
            why = (
                f"holds {', '.join(held)}, and the provider {provider.name} (the embedded model) reads text alone: "
                "play this scenario on another one by --provider, or leave it out by --only or --skip-tag"
            )
            path, line = turn.path or scenario.path, turn.line
            yield Problem(path, line, key=f"turns[{number}].{turn.role}", message=why)
