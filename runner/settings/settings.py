"""The settings as a whole: read once, checked at once, then frozen; which provider and model are meant is decided here."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel, Field, SecretStr, ValidationError

from runner.core.gates.gate import Gate, GateError
from runner.core.value import Json
from runner.core.wording import unknown
from runner.errors import Problem, ProblemsError, ProviderError
from runner.settings.near_key import near_key
from runner.settings.profile import Judging, Profile
from runner.settings.provider import (
    EMBEDDINGS,
    MAIN,
    SMOLLM2,
    Natural,
    Price,
    Provider,
    Retries,
    Setting,
    Timeouts,
)
from runner.settings.sources import Source, find_source, find_variable, read_environment

BUILT_IN: Final[Mapping[str, dict[str, Json]]] = {
    "openai": {
        "api_key_env": "OPENAI_API_KEY",
        "models": {MAIN: "gpt-5.4-mini", EMBEDDINGS: "text-embedding-3-small"},
    },
    "azure": {"kind": "azure", "api_key_env": "AZURE_OPENAI_API_KEY"},
    "local": {"kind": "local"},
}
"""The providers that need no settings; what the settings say of them is laid over this."""

FROM_ENVIRONMENT: Final[Mapping[str, Mapping[str, str]]] = {
    "openai": {
        "base_url": "OPENAI_BASE_URL",
        "organization": "OPENAI_ORG_ID",
        "project": "OPENAI_PROJECT_ID",
    },
    "azure": {"base_url": "AZURE_OPENAI_ENDPOINT", "api_version": "OPENAI_API_VERSION"},
}
"""What the environment decides for a built-in provider, under the names that the openai client gives it."""

Beside = TypeVar("Beside", Judging, Profile)

_UNWRITTEN: Final = frozenset({"name", "api_key", "origins", "key_like", "path"})
_TOP: Final = frozenset({"provider", "providers", "in_flight", "judge", "profiles", "gates"})
_EMBEDDED_ALONE: Final = ("gguf", "slots", "context")
_NOT_SAID: Final = {
    "name": "its table has its name",
    "api_key": "put the key into .env, and name that line here by api_key_env",
    "origins": "it is found out",
    "key_like": "it is found out",
}
"""What no table says, and why."""
_NESTED: Final[Mapping[str, type[BaseModel]]] = {"timeouts": Timeouts, "retries": Retries, "prices": Price}


class Settings(Setting):
    """What a project says, with what is built in."""

    provider: str = "openai"
    """The provider that is played on where neither the scenario nor `--provider` names one."""
    in_flight: Natural = 16
    """How many requests a provider may have under way at once, where its own table does not say."""
    providers: dict[str, Provider]
    """All that can be named, the built-in ones included."""
    judge: Judging = Judging()
    """Who judges where neither a check nor its scenario says so."""
    profiles: dict[str, Profile] = Field(default_factory=dict)
    """Options under a name, for `--profile NAME`."""
    gates: dict[str, dict[str, Json]] = Field(default_factory=dict)
    """Gates by tag, for scenarios that have none of their own: of one with several tags, all of theirs have to hold."""
    path: str = Field(default="", exclude=True)
    """The file they stand in, as seen from the working folder; empty where there is none."""

    @classmethod
    def load(cls, folder: Path, environ: Mapping[str, str]) -> Self:
        """The settings that hold in a folder; raises ProblemsError with all that is wrong in them."""
        source = find_source(folder)
        reading = _Reading(source, folder, environ)
        settings = reading.settings()
        if reading.problems:
            raise ProblemsError(reading.problems)
        return cls(**{**settings, "path": source.path})

    def named(self, name: str) -> Provider:
        """The provider of a name; raises ProviderError where there is none."""
        if name not in self.providers:
            raise ProviderError(unknown("provider", name, self.providers))
        return self.providers[name]

    def ready(self, name: str) -> Provider:
        """The provider of a name, with all that it needs; raises ProviderError that says every way on."""
        provider = self.named(name)
        provider.require()
        return provider

    def resolve(
        self,
        *,
        provider: str | None = None,
        model: str | None = None,
        scenario_provider: str | None = None,
        scenario_model: str | None = None,
    ) -> tuple[str, str]:
        """The provider and the model to play on: what the command line says, then the scenario, then the settings.

        A model of one provider is never sent to another unasked; raises ProviderError where that would happen.
        """
        decided = scenario_provider or self.provider
        chosen = self.named(provider or decided)
        wanted = model or scenario_model or MAIN
        meant = chosen.models.get(wanted, wanted)
        if wanted == MAIN and MAIN not in chosen.models:
            raise ProviderError(
                f"the provider {chosen.name} has no model of its own choice: name one in the scenario (model: ...), "
                f'by --model, or in the settings ([providers.{chosen.name}.models] main = "...")'
            )
        if chosen.kind == "local" and meant != chosen.served:
            raise ProviderError(_not_served(chosen, meant, asked=bool(model)))
        known = wanted in chosen.models or wanted in chosen.models.values()
        if not (known or model or chosen.name == decided):
            raise ProviderError(_not_sent(chosen, wanted, decided))
        return chosen.name, meant


def _not_served(chosen: Provider, wanted: str, *, asked: bool) -> str:
    """Why the embedded model is not played in another's place, and the ways on."""
    ways = [] if asked else [f"give --model {MAIN}"]
    ways.append(
        f'let the settings say what stands for it ([providers.{chosen.name}.models] "{wanted}" = "{chosen.served}")'
    )
    who = "--model" if asked else "the scenario"
    return f"{who} asks for {wanted}, but the provider {chosen.name} serves {chosen.served} alone: {', or '.join(ways)}"


def _not_sent(chosen: Provider, wanted: str, decided: str) -> str:
    """Why a model of one provider is not asked of another, and the ways on."""
    return (
        f"the scenario asks for {wanted} of the provider {decided}, which is not sent to {chosen.name} unasked: "
        f"name the model by --model, or let the settings say what stands for it "
        f'([providers.{chosen.name}.models] "{wanted}" = "...")'
    )


class _Reading:
    """One pass over a source: what it says, and what is wrong with it."""

    def __init__(self, source: Source, folder: Path, environ: Mapping[str, str]) -> None:
        """Begin without a problem; raises ProblemsError where `.env` cannot be read."""
        self.source = source
        self.folder = folder
        self.environ = environ
        self.environment = read_environment(folder, environ)
        self.problems: list[Problem] = []

    def settings(self) -> dict[str, Any]:
        """The fields of the settings that could be read."""
        table = self.source.table
        for key in set(table) - _TOP:
            self._complain((key,), unknown("key", key, _TOP))
        top: dict[str, Any] = {key: table[key] for key in ("provider", "in_flight") if key in table}
        top = self._validated(Settings, (), {**top, "providers": {}})
        providers = dict(self._providers(table.get("providers", {}), top.get("in_flight", 16)))
        if (default := top.get("provider", "openai")) not in providers:
            self._complain(("provider",), unknown("provider", default, providers))
        top |= {**self._beside(table, providers), "gates": dict(self._gates(table.get("gates", {})))}
        return {**top, "providers": providers}

    def _beside(self, table: Mapping[str, Json], providers: Mapping[str, Provider]) -> dict[str, Any]:
        """The tables beside the providers that could be read."""
        found: dict[str, Any] = {}
        if "judge" in table:
            found["judge"] = self._table(Judging, ("judge",), table["judge"], providers)
        profiles = table.get("profiles", {})
        if not isinstance(profiles, dict):
            self._complain(("profiles",), "should be a table of tables: [profiles.NAME]")
            profiles = {}
        found["profiles"] = {
            name: self._table(Profile, ("profiles", name), profile, providers)
            for name, profile in profiles.items()
        }
        return found

    def _gates(self, tables: Json) -> Iterator[tuple[str, dict[str, Json]]]:
        """The gate of every tag that could be read."""
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            self._complain(("gates",), "should be a table of tables: [gates.TAG]")
            return
        for tag, table in tables.items():
            try:
                Gate.read(table)
            except GateError as error:
                for fault in error.faults:
                    self._complain(("gates", tag, *fault.keys), fault.message)
            else:
                yield tag, table

    def _table(
        self, model: type[Beside], place: tuple[str, ...], table: Json, providers: Mapping[str, Provider]
    ) -> Beside:
        """One table beside the providers, which may name one of them."""
        if not isinstance(table, dict):
            self._complain(place, "should be a table")
            return model()
        found = model.model_construct(**self._validated(model, place, table))
        if found.provider is not None and found.provider not in providers:
            self._complain((*place, "provider"), unknown("provider", found.provider, providers))
        return found

    def _providers(self, tables: Json, in_flight: int) -> Iterator[tuple[str, Provider]]:
        """Every provider that could be read, the built-in ones included."""
        if not isinstance(tables, dict):
            self._complain(("providers",), "should be a table of tables: [providers.NAME]")
            tables = {}
        for name in {**BUILT_IN, **tables}:
            table = tables.get(name, {})
            if isinstance(table, dict):
                found = self._validated(Provider, ("providers", name), self._complete(name, table, in_flight))
                yield name, Provider.model_construct(**found)
            else:
                self._complain(("providers", name), "should be a table")

    def _complete(self, name: str, table: dict[str, Json], in_flight: int) -> dict[str, Json]:
        """A provider's table with what is built in, what the environment decides, and its key."""
        for key in set(_NOT_SAID) & set(table):
            self._complain(("providers", name, key), f"is not written here: {_NOT_SAID[key]}")
        whole = _laid_over(
            BUILT_IN.get(name, {}), {key: value for key, value in table.items() if key not in _NOT_SAID}
        )
        decided = {
            key: variable
            for key, variable in FROM_ENVIRONMENT.get(name, {}).items()
            if variable in self.environment
        }
        whole |= {key: self.environment[variable].strip() for key, variable in decided.items()}
        if whole.get("kind") == "local":
            whole = self._embedded(whole)
        else:
            for key in set(_EMBEDDED_ALONE) & set(table):
                self._complain(("providers", name, key), 'only a provider of kind = "local" has it')
            if name not in BUILT_IN and "base_url" not in whole:
                self._complain(("providers", name), "lacks base_url: the address of the provider")
        variable = str(whole.get("api_key_env"))
        if key := self.environment.get(variable, "").strip():
            whole["api_key"], decided["api_key"] = SecretStr(key), variable
        elif "api_key_env" in whole:
            whole["key_like"] = near_key(variable, self.environment, self._key_names())
        origins = {
            key: "the environment" if self.environ.get(variable) else ".env"
            for key, variable in decided.items()
        }
        return {"in_flight": in_flight, **whole, "name": name, "origins": origins}

    def _key_names(self) -> set[str]:
        """The names under which the keys of all providers are looked for."""
        tables = self.source.table.get("providers")
        own = tables.values() if isinstance(tables, dict) else ()
        return {
            str(table["api_key_env"])
            for table in (*BUILT_IN.values(), *own)
            if isinstance(table, dict) and "api_key_env" in table
        }

    def _embedded(self, whole: dict[str, Json]) -> dict[str, Json]:
        """What holds for an embedded model unless its table says otherwise."""
        gguf = whole.get("gguf")
        if isinstance(gguf, str):
            whole = {**whole, "gguf": str(self.source.folder / Path(gguf).expanduser())}
        served = Path(gguf).stem if isinstance(gguf, str) else SMOLLM2
        # What a server in this very process cannot do, it cannot do the next time either.
        ours = {
            "models": {MAIN: served, EMBEDDINGS: served},
            "retries": {"server_errors": False},
            "in_flight": whole.get("slots", 4),
        }
        return _laid_over(ours, whole)

    def _validated(
        self, model: type[Setting], place: tuple[str, ...], data: dict[str, Any]
    ) -> dict[str, Any]:
        """The model's fields that could be read, the others at their defaults, with a problem for each of them."""
        try:
            return dict(model.model_validate(data))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._complain((*place, *map(str, detail["loc"])), _sentence(detail, model))
            bad = {detail["loc"][0] for detail in error.errors()}
            return dict(model.model_validate({key: value for key, value in data.items() if key not in bad}))

    def _complain(self, keys: tuple[str, ...], message: str) -> None:
        """Note a problem, where it stands: what the environment decides is not to be looked for in the settings."""
        variable = FROM_ENVIRONMENT.get(keys[1], {}).get(keys[2]) if len(keys) == 3 else None
        if variable is None or variable not in self.environment:
            self.problems.append(self.source.problem(keys, message))
            return
        path, line = find_variable(self.folder, self.environ, variable)
        name = variable if path else f"{variable} in the environment"
        self.problems.append(Problem(path, line, 0, name, message))


def _sentence(detail: Mapping[str, Any], model: type[BaseModel]) -> str:
    """What pydantic says of a value, in our words; of the value itself only a number is shown."""
    place, value = detail["loc"], detail.get("input")
    if detail["type"] == "extra_forbidden":
        known = model if len(place) == 1 else _NESTED.get(str(place[0]), model)
        keys = [key for key in known.model_fields if key not in _UNWRITTEN]
        return unknown("key", str(place[-1]), keys)
    if detail["type"] == "missing":
        return "is missing"
    text = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return f"{text}, not {value}" if isinstance(value, int | float) else text


def _laid_over(below: Mapping[str, Json], above: Mapping[str, Json]) -> dict[str, Json]:
    """Two tables as one: where both have a table it is laid over likewise, otherwise the upper one holds."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _laid_over(merged[key], value) if both else value
    return merged
