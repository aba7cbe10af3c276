"""What a check learns of the place it stands in: who judges, who measures closeness, where a file is; it sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.checks import build
from runner.core.check import Check, Judge
from runner.core.scenario import Scenario
from runner.core.value import Json
from runner.core.wording import quoted
from runner.errors import ProviderError
from runner.settings import Settings
from runner.settings.provider import EMBEDDINGS, JUDGE


@dataclass(frozen=True, slots=True)
class Bench:
    """Builds the checks of one scenario, each settled where it stands."""

    folder: Path
    """The working folder that paths are relative to."""
    settings: Settings
    scenario: Scenario
    provider: str | None
    """The provider under test, as the command line has it; None where the scenario or the settings decide."""

    def build(self, name: str, spec: Json, path: str) -> Check:
        """The check that the YAML means; raises `ValueError` with a sentence where it means none, or lacks something."""
        return build(name, spec, path).settle(_Place(self, path))


@dataclass(frozen=True, slots=True)
class _Place:
    """One file of a scenario, in which checks stand."""

    bench: Bench
    path: str

    def judge(self, provider: str | None, model: str | None) -> Judge:
        """Who judges: what the check says, then the scenario, then the settings, then its provider's own `judge`.

        A model that is named beside one provider is never asked of another. Raises `ValueError` where nobody is set.
        """
        settings, own = self.bench.settings.judge, self.bench.scenario.judge
        layers = (
            (provider, model),
            (own.get("provider"), own.get("model")),
            (settings.provider, settings.model),
        )
        params: dict[str, Json] = {**settings.params, **own.get("params", {})}
        votes = own.get("votes") or settings.votes or 1
        prompt = own.get("prompt") or settings.prompt
        named, wanted = self._named(layers)
        if wanted is None and JUDGE not in self.bench.settings.named(named).models:
            if any(given for given, _ in layers):
                raise ValueError(
                    f"the judge's provider {named} is named without a model: add `model:` beside it, or let the settings "
                    f'say it ([providers.{named}.models] judge = "...")'
                )
            raise ValueError(
                "no judge is set, and the model under test does not judge itself unasked: name one in the settings "
                f'([judge] model = "..." and provider = "...", or [providers.{named}.models] judge = "..."), under '
                "`judge:` in the scenario, or in the check itself (`model:`, `provider:`)"
            )
        return Judge(*self._resolved(named, wanted or JUDGE), params, prompt, votes)

    def embedder(self, provider: str | None, model: str | None) -> Judge:
        """Who measures closeness: what the check says, then the model that the provider calls `embeddings`.

        Raises `ValueError` where there is none.
        """
        named, wanted = self._named(((provider, model),))
        if wanted is None and EMBEDDINGS not in self.bench.settings.named(named).models:
            raise ValueError(
                f"the provider {named} has no model for embeddings: name one in the settings "
                f'([providers.{named}.models] embeddings = "..."), or in the check itself (`model:`, `provider:`)'
            )
        return Judge(*self._resolved(named, wanted or EMBEDDINGS))

    def locate(self, path: str) -> str:
        """Where a file is, named relative to the file that the check stands in; raises `ValueError` where it may not be."""
        folder = self.bench.folder.resolve()
        found = (folder / self.path).parent.joinpath(path).resolve()
        if not found.is_relative_to(folder):
            raise ValueError(f"{quoted(path)} lies outside the folder that runner works in, and is not run")
        if not found.is_file():
            raise ValueError(f"the file {quoted(path)} is not there")
        return str(found)

    def _named(self, layers: tuple[tuple[str | None, str | None], ...]) -> tuple[str, str | None]:
        """The provider, and the model that was named beside it or before it."""
        wanted: str | None = None
        for provider, model in layers:
            wanted = wanted or model
            if provider is not None:
                return self._known(provider), wanted
        bench = self.bench
        return self._known(bench.provider or bench.scenario.provider or bench.settings.provider), wanted

    def _known(self, provider: str) -> str:
        """The provider, which there must be."""
        try:
            return self.bench.settings.named(provider).name
        except ProviderError as error:
            raise ValueError(str(error)) from None

    def _resolved(self, provider: str, model: str) -> tuple[str, str]:
        """The provider and the model that an alias means there."""
        models: Mapping[str, str] = self.bench.settings.named(provider).models
        try:
            return self.bench.settings.resolve(provider=provider, model=models.get(model, model))
        except ProviderError as error:
            raise ValueError(str(error).replace("--model asks for", "the check asks for")) from None
