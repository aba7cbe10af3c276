"""Tables of the settings beside the providers: options under a name, and who judges; they are read and decide nothing."""

from typing import Annotated, Literal

from pydantic import Field

from runner.core.value import Json
from runner.settings.provider import Money, Natural, Setting

Word = Annotated[str, Field(min_length=1)]


class Judging(Setting):
    """Who judges where neither a check nor its scenario says so."""

    provider: Word | None = None
    """The provider that judges; by default the one under test, with the model that its table calls `judge`."""
    model: Word | None = None
    """The model that judges, or what its provider's table calls by this alias."""
    params: dict[str, Json] = Field(default_factory=dict)
    """Request fields that go with its questions."""
    prompt: Word | None = None
    """What the judge is told to do, in the place of the built-in words."""
    votes: Annotated[int, Field(ge=1, le=99)] | None = None
    """How often each question is asked; most of the answers decide."""


class Profile(Setting):
    """Options under a name, which `--profile NAME` uses; what is typed beside it wins."""

    paths: list[Word] = Field(default_factory=list)
    """Scenario files, or folders of them, where none is typed; relative to where the command is typed."""
    tags: list[Word] = Field(default_factory=list)
    """As `--tag`."""
    skip_tags: list[Word] = Field(default_factory=list)
    """As `--skip-tag`."""
    only: list[Word] = Field(default_factory=list)
    """As `--only`."""
    provider: Word | None = None
    """As `--provider`."""
    model: Word | None = None
    """As `--model`."""
    repeat: Natural | None = None
    """As `--repeat`."""
    in_flight: Natural | None = None
    """As `--in-flight`."""
    cassettes: Word | None = None
    """As `--cassettes`."""
    mode: Literal["replay", "fill", "record"] | None = None
    """As `--mode`."""
    max_cost: Money | None = None
    """As `--max-cost`."""
    max_tokens_total: Annotated[int, Field(ge=0)] | None = None
    """As `--max-tokens-total`."""
    until_decided: Natural | None = None
    """As `--until-decided`, of `runner check`."""
