"""Where a talk begins: anew, after a turn of a played conversation, or where its run was left; it asks nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from runner.core.change import Changes
from runner.core.message import Message
from runner.core.scenario import Opening, Scenario, Turn
from runner.core.spoken import messages_until
from runner.core.talk import heard_turns
from runner.core.template import secret_mark
from runner.core.transcript import Transcript
from runner.core.trial import INSTRUCTING, Script
from runner.core.value import Json, canonical
from runner.errors import UsageError
from runner.operations.connect import require_ready
from runner.operations.fitting import unreadable
from runner.operations.read import scripts_of
from runner.operations.stage import Asked, Stage, stage
from runner.store.folder import RunFolder
from runner.store.manifest import Manifest

CHAT: Final = "chat"
"""What a talk is called where a scenario has its name."""

_FILE: Final = re.compile(rb"sha256,([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to talk with; what is None is as the settings, or the conversation that goes on, have it."""

    provider: str | None = None
    model: str | None = None
    system: str | None = None
    params: dict[str, Json] = field(default_factory=dict)
    stream: bool = True


@dataclass(frozen=True, slots=True)
class Start:
    """Where a talk begins: on a stage, with a script that is open."""

    stage: Stage
    script: Script
    """Open, and without turns."""


def start(wish: Wish, folder: Path, environ: Mapping[str, str]) -> Start:
    """The start of a new talk; raises RunnerError where a provider, a model or a param cannot be used."""
    opening = None if wish.system is None else Opening(content=wish.system, template=False)
    return _start(wish, folder, environ, Scenario(name=CHAT, opening=opening), ())


def start_from(
    wish: Wish,
    folder: Path,
    environ: Mapping[str, str],
    source: RunFolder,
    played: Transcript,
    turn: int | None,
) -> Start:
    """The start of a talk that goes on from a played conversation, after so many of its turns, all by default."""
    heard = heard_turns(played)
    if not 1 <= (turn := heard if turn is None else turn) <= heard:
        raise UsageError(
            f"--turn {turn}: {played.id} can be gone on from after turn {'1' if heard == 1 else f'1 to {heard}'}"
            if heard
            else f"{played.id} has no turn that was answered, so there is nothing to go on from"
        )
    said = messages_until(played, turn)
    if wish.system is not None:
        said = ({"role": "system", "content": wish.system}, *(_spoken(said)))
    same = wish.provider in {None, played.provider}
    wish = Wish(
        provider=wish.provider or played.provider,
        model=wish.model or (played.model if same else None),
        params={**_params_after(played, turn), **wish.params},
        stream=wish.stream,
    )
    script = scripts_of(source).get(played.id.rpartition("#")[0])
    secrets = {name: name for name in _secrets(said, script)}
    scenario = Scenario(name=CHAT, files=_files(said, source), secrets=secrets)
    begun = _start(wish, folder, environ, scenario, said)
    before = script.opening_params if script is not None and script.is_open else ()
    asked = (*before, *(each.params for each in played.turns[:turn] if each.status == "heard"))
    return replace(begun, script=begun.script.model_copy(update={"opening_params": asked}))


def _start(
    wish: Wish, folder: Path, environ: Mapping[str, str], scenario: Scenario, said: Sequence[Message]
) -> Start:
    """A start, checked as every stage is."""
    changes = Changes(provider=wish.provider, model=wish.model, params=wish.params)
    asked = Asked(paths=(), changes=changes, stream=wish.stream)
    staged = stage(asked, folder, environ, [scenario])
    require_ready(staged)
    script = staged.trials[0].script
    if missing := [name for name in script.secrets if name not in staged.environment]:
        raise UsageError(
            f"the conversation holds the secret {missing[0]}, which is not set: put it into .env, or into the environment"
        )
    _require_readable(said, staged)
    opening = tuple(said) or script.opening
    return Start(staged, script.model_copy(update={"is_open": True, "opening": opening}))


def _params_after(played: Transcript, turn: int) -> dict[str, Json]:
    """What went with the last question up to a turn; the scenario's own params where none was asked."""
    asked = [each.params for each in played.turns[:turn] if each.status == "heard"]
    return asked[-1] if asked else played.params


def _secrets(messages: Sequence[Message], script: Script | None) -> list[str]:
    """The secrets whose marks stand in messages, of those that the played script had: a mark of another's is text."""
    text = canonical(list(messages)).decode()
    return [name for name in (script.secrets if script else ()) if secret_mark(name) in text]


def _require_readable(messages: Sequence[Message], staged: Stage) -> None:
    """Raise UsageError where the provider reads text alone and more than that was said."""
    provider = staged.settings.named(staged.providers[0][0])
    turns = tuple(Turn(content=message["content"]) for message in messages if message.get("content"))
    for problem in unreadable(Scenario(name=CHAT, turns=turns), provider):
        raise UsageError(f"the conversation cannot be gone on with: it {problem.message.partition(':')[0]}")


def _spoken(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages that tell nobody how to be."""
    return tuple(message for message in messages if message.get("role") not in INSTRUCTING)


def _files(messages: Sequence[Message], source: RunFolder) -> dict[str, str]:
    """The files that stand in messages, where a run keeps them."""
    found = _FILE.findall(canonical(list(messages)))
    paths = {digest.decode(): source.files / digest.decode() for digest in found}
    return {digest: str(path.resolve()) for digest, path in paths.items() if path.is_file()}


def start_again(
    wish: Wish, manifest: Manifest, script: Script, folder: RunFolder, environ: Mapping[str, str]
) -> Start:
    """The start of a talk that is kept already: its provider and model are the ones that it had."""
    digests = [path.name for path in folder.files.iterdir()] if folder.files.is_dir() else []
    files = {digest: str((folder.files / digest).resolve()) for digest in digests}
    same = Wish(provider=script.provider, model=script.model, params=script.params, stream=wish.stream)
    secrets = {name: name for name in script.secrets}
    scenario = Scenario(name=CHAT, files=files, secrets=secrets)
    begun = _start(same, Path(manifest.folder), environ, scenario, ())
    return Start(begun.stage, script)
