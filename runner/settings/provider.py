"""What is known of one provider: where it is, what it is called there, its limits and prices; it opens nothing."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from runner.core.value import Json
from runner.errors import ProviderError
from runner.settings.env_file import is_sendable

Kind = Literal["openai", "azure", "local"]
"""How a provider is spoken to: as the OpenAI API, as Azure has it, or as the model embedded in this program."""

OPENAI_URL: Final = "https://api.openai.com/v1"
"""Where a provider is that names no address."""

MAIN: Final = "main"
"""The alias of the model that is played on where nobody names one."""

JUDGE: Final = "judge"
"""The alias of the model that judges, where no check, scenario or setting names another."""

EMBEDDINGS: Final = "embeddings"
"""The alias of the model that measures closeness."""

SMOLLM2: Final = "SmolLM2-135M-Instruct"
"""The embedded model."""

Positive = Annotated[float, Field(gt=0)]
Natural = Annotated[int, Field(ge=1)]
Money = Annotated[float, Field(ge=0)]

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_KEY: Final = re.compile(r"(?=[^_]*\d)[^_]{24,}")
"""No name of a variable is that long without an underscore, and with a digit."""


class Setting(BaseModel):
    """A table of the settings: a key that it does not know is an error, and so is a value of another type."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    def dump(self) -> dict[str, Json]:
        """What was said, as JSON data, without keys and without what is at its default."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Timeouts(Setting):
    """How long a request may take, in seconds; every limit is finite."""

    connect_s: Positive = 10
    """Until the connection stands, its encryption included."""
    first_token_s: Positive = 300
    """From sending until the first token of a streamed reply; a model may reason before it speaks."""
    between_tokens_s: Positive = 120
    """From one piece of a streamed reply to the next."""
    whole_s: Positive = 600
    """From sending until the end of the reply."""


class Retries(Setting):
    """When a request that failed is sent again."""

    max_tries: Natural = 5
    """How often one request is sent at most, the first time counted."""
    longest_wait_s: Annotated[float, Field(ge=0)] = 120
    """How long one request may wait between its tries, all waits together, whatever the server asks for."""
    server_errors: bool = True
    """Whether a 5xx is worth another try; a 501 never is."""


class Price(Setting):
    """What a model costs in US dollars per million tokens; a price that is not given is not known, not zero."""

    input: Money
    """Tokens of the prompt that were neither cached nor written to a cache."""
    output: Money
    """Tokens of the completion, reasoning included."""
    cached_input: Money | None = None
    """Tokens of the prompt that the server had cached."""
    cache_write: Money | None = None
    """Tokens of the prompt that were written to the server's cache."""


class Provider(Setting):
    """One provider, complete: what the settings say, what is built in, and its key."""

    name: str
    """What scenarios and `--provider` call it."""
    kind: Kind = "openai"
    """How it is spoken to: `openai` (or anything compatible), `azure`, or `local` (the embedded model)."""
    base_url: str | None = None
    """Where it is: `http://127.0.0.1:8000/v1`; for Azure the resource's endpoint. For the built-in `openai` and `azure`
    the environment's OPENAI_BASE_URL and AZURE_OPENAI_ENDPOINT go before it."""
    api_key_env: str | None = None
    """The name of the environment variable, or line of `.env`, that holds its key; absent where it needs none."""
    api_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    """The key itself; never written down."""
    origins: dict[str, str] = Field(default_factory=dict, exclude=True, repr=False)
    """What the environment or `.env` decided, by which of the two: `{"api_key": ".env"}`. Advice names it."""
    key_like: str | None = Field(default=None, exclude=True, repr=False)
    """The name of a variable that is set, and that the key was perhaps put under in the place of `api_key_env`."""
    api_version: str | None = None
    """Azure alone: the version of its API; OPENAI_API_VERSION goes before it."""
    organization: str | None = None
    """The OpenAI organization that is billed; for the built-in `openai`, OPENAI_ORG_ID goes before it."""
    project: str | None = None
    """The OpenAI project that is billed; for the built-in `openai`, OPENAI_PROJECT_ID goes before it."""
    models: dict[str, str] = Field(default_factory=dict)
    """What stands for a model's name here: `main` for where nobody names one, any other alias, or the name of a model
    of another provider."""
    in_flight: Natural = 16
    """How many requests may be under way at once; fewer are for a while, once the provider limits their rate."""
    requests_per_minute: Natural | None = None
    """How many requests are sent in any minute, each try counted; None where that is not limited."""
    tokens_per_minute: Natural | None = None
    """How many tokens are sent and received in any minute: guessed before a request is sent, put right by its answer."""
    timeouts: Timeouts = Timeouts()
    retries: Retries = Retries()
    sends_usage: bool = True
    """Whether usage can be asked of its streams (`stream_options.include_usage`)."""
    sends_finish_reason: bool = True
    """Whether its complete streams say why they ended; where they do, one that does not is taken to be cut."""
    prices: dict[str, Price] = Field(default_factory=dict)
    """By model, as it is asked for or as it names itself in its replies."""
    prompt_cache_key: Annotated[str, Field(min_length=1)] | None = None
    """Sent with every request that has none in its params: OpenAI's name for requests that begin alike; no part of what
    recordings are found by."""
    http: Literal["auto", "httpx", "aiohttp"] = "auto"
    """The HTTP library under the openai client: aiohttp costs less time and is taken where it is installed."""
    gguf: str | None = None
    """The embedded model alone: weights of your own, in place of the built-in ones; relative to the settings' folder."""
    slots: Natural = 4
    """The embedded model alone: how many conversations it speaks at once."""
    context: Natural = 8192
    """The embedded model alone: tokens of context, split among its slots."""

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str | None) -> str | None:
        """Refuse what is no address, and a password where everybody would see it."""
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("should be an address such as http://127.0.0.1:8000/v1")
        if "@" in parts.netloc:
            raise ValueError(
                "should hold no user name or password: put the key into .env and name it by api_key_env"
            )
        if parts.query or parts.fragment:
            raise ValueError("should end with its path: no `?` and nothing after it")
        return value

    @field_validator("api_key_env")
    @classmethod
    def _check_api_key_env(cls, value: str | None) -> str | None:
        """Refuse what is no name, above all the key itself: names are shown and written down."""
        if value is not None and (not _VARIABLE.fullmatch(value) or _LIKE_A_KEY.fullmatch(value)):
            raise ValueError(
                "should be a name such as OPENROUTER_API_KEY: the key itself stands in .env, after that name"
            )
        return value

    @property
    def served(self) -> str:
        """The one model that a local provider serves."""
        return self.models.get(MAIN, SMOLLM2)

    def price_of(self, *models: str | None) -> Price | None:
        """The price of the first of these names that has one."""
        return next((self.prices[model] for model in models if model in self.prices), None)

    def require(self) -> None:
        """Raise ProviderError where its key or address is missing, saying every way on."""
        if self.kind == "azure":
            self._require_azure()
        if self.api_key_env is None:
            return
        if self.api_key is None:
            near = (
                f"is it the one in {self.key_like}? Then call that {self.api_key_env}; else "
                if self.key_like
                else ""
            )
            asking = "type `runner init`, which asks for it, or " if self.name == "openai" else ""
            raise ProviderError(
                f"there is no key for the provider {self.name}: {near}{asking}put it into .env "
                f"({self.api_key_env}=...) or into the environment, or play on the embedded model with "
                f"--provider local"
            )
        if not is_sendable(self.api_key.get_secret_value()):
            where = self.origins.get("api_key", "the environment")
            raise ProviderError(
                f"{self.api_key_env} in {where} holds characters that no key has, such as a space, a line end "
                f"or an accent: copy the key again"
            )

    def _require_azure(self) -> None:
        """Raise ProviderError where Azure's endpoint or version is missing."""
        known = {
            "AZURE_OPENAI_ENDPOINT (or base_url)": self.base_url,
            "OPENAI_API_VERSION (or api_version)": self.api_version,
        }
        missing = [name for name, value in known.items() if value is None]
        if missing:
            key = (
                f"; its key, {self.api_key_env}, is missing too, and belongs into .env or the environment alone"
                if self.api_key_env is not None and self.api_key is None
                else ""
            )
            raise ProviderError(
                f"the provider {self.name} lacks {' and '.join(missing)}: put it into .env, into the environment "
                f"or under [providers.{self.name}] of the settings, or play with --provider local{key}"
            )
