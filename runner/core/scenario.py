"""What a scenario's author meant, read but not yet rendered; it holds no secret and knows no provider's settings."""

from collections.abc import Iterable, Iterator
from typing import Literal

from runner.core.value import Json, Value

Content = str | list[dict[str, Json]]
"""What is said: text, or content parts as the Chat Completions API has them."""


class Expectation(Value):
    """A check where its author put it, with its texts not yet rendered."""

    check: str
    """Its name in the YAML, `not-` included."""
    name: str | None = None
    """What its author calls it."""
    spec: Json = None
    """What the YAML says under that name."""
    of: str | None = None
    """At the foot of a scenario: `every`, `any`, `last`, `conversation` or a turn's id."""
    key: str = ""
    """Where it stands, as keys: `turns[0].expect.contains`."""
    path: str = ""
    line: int = 0
    column: int = 0


class Opening(Value):
    """The message that a conversation opens with."""

    role: Literal["system", "developer"] = "system"
    content: str
    template: bool = True
    """Whether `{{ name }}` in it is filled in."""
    path: str = ""
    line: int = 0


class Turn(Value):
    """One scripted turn: a user's line and what is asked of the reply, or an assistant's line as it stands."""

    role: Literal["user", "assistant"] = "user"
    content: Content
    template: bool = True
    """Whether `{{ name }}` in it is filled in."""
    id: str | None = None
    """A name for this turn, for checks and reports."""
    params: dict[str, Json] = {}
    """Request fields for this turn alone; they win over those of the scenario, its case and its matrix."""
    checks: tuple[Expectation, ...] = ()
    """What is expected of the reply to this turn: one check, or a list of which all must hold."""
    when: tuple[Expectation, ...] = ()
    """Checks on the last reply, all of which must pass for this turn to be taken; otherwise it is left out."""
    captures: tuple[Expectation, ...] = ()
    """What is taken out of the reply under a name, for later turns and checks; one that finds nothing is a failed check."""
    path: str = ""
    line: int = 0


class Setup(Value):
    """What a case or a value of an axis changes in a scenario; what is absent stays as it was."""

    provider: str | None = None
    model: str | None = None
    opening: tuple[Opening, ...] | None = None
    """None changes nothing; empty takes the opening away."""
    params: dict[str, Json] = {}
    """Request fields, laid over the scenario's own key by key."""
    vars: dict[str, str] = {}

    def targets(self) -> Iterator[str]:
        """The places that it sets, as dotted names."""
        yield from (name for name in ("provider", "model", "opening") if getattr(self, name) is not None)
        yield from (f"params.{name}" for name in self.params)
        yield from (f"vars.{name}" for name in self.vars)


class Case(Value):
    """One row of values that belong together."""

    id: str
    setup: Setup = Setup()
    path: str = ""
    line: int = 0
    column: int = 0


class Point(Value):
    """One value of an axis."""

    label: Json
    """The value itself, or its name where values have names: what ids and transcripts show."""
    setup: Setup


class Axis(Value):
    """One dimension of a matrix."""

    name: str
    """As its author wrote it, `params.` or `vars.` included."""
    points: tuple[Point, ...]
    named: bool = False
    """Whether its values have names."""
    path: str = ""
    line: int = 0
    column: int = 0


def _in_all(setups: Iterable[Setup]) -> frozenset[str]:
    """The variables that every one of some setups gives a value; none where there is no setup."""
    given = [frozenset(setup.vars) for setup in setups]
    return frozenset.intersection(*given) if given else frozenset()


class Scenario(Value):
    """A scripted conversation, with all that is varied about it."""

    name: str
    """What the scenario is called everywhere; the file's name without its ending, where it is not given."""
    description: str = ""
    """What the scenario shows, in a sentence for people."""
    tags: tuple[str, ...] = ()
    """Words to select scenarios by; those of a file that is extended come first."""
    provider: str | None = None
    """The named endpoint to play on; settings or `--provider` decide where it is not given."""
    model: str | None = None
    """The model, or an alias that the provider's settings resolve."""
    opening: Opening | None = None
    params: dict[str, Json] = {}
    """Chat Completions fields, passed through untouched; a server's own fields go under `extra_body`."""
    vars: dict[str, str] = {}
    """Variables for `{{ name }}` in texts; `{env: NAME}` reads one from the environment, `secret: true` masks it."""
    secrets: dict[str, str] = {}
    """Variables whose values never come in: each with the environment variable that holds its value."""
    turns: tuple[Turn, ...] = ()
    """What is said, in order: a string is a user's turn."""
    checks: tuple[Expectation, ...] = ()
    """What is expected of the conversation as a whole: `every`, `any`, `last`, `conversation` or a turn's id, each with
    checks."""
    cases: tuple[Case, ...] = ()
    """Rows of values that belong together; each is played, crossed with the matrix."""
    axes: tuple[Axis, ...] = ()
    """Axes that are crossed with each other and with the cases; every combination is a variant."""
    repeat: int = 1
    """How many trials of each variant are played."""
    on_failed_check: Literal["continue", "stop"] = "continue"
    """Whether the turns after a failed check are played, or skipped and said to be."""
    gate: dict[str, Json] | None = None
    """What `runner check` asks of each variant and case; by default that every check of every trial passes."""
    gate_path: str = ""
    """The file that the gate stands in."""
    gate_line: int = 0
    """Where it stands there, 1-based."""
    judge: dict[str, Json] = {}
    """Who judges where a check does not say: provider, model, params, prompt, votes; the settings decide where it is not
    given."""
    path: str = ""
    """The file as the user named it."""
    line: int = 0
    """Where it begins in its file, 1-based."""
    files: dict[str, str] = {}
    """Files in content parts: each SHA-256 with the absolute path it was read from."""

    def variables(self) -> frozenset[str]:
        """The names that a text may use: those with a value in every variant."""
        known = self.vars.keys() | self.secrets.keys()
        known |= _in_all(case.setup for case in self.cases)
        for axis in self.axes:
            known |= _in_all(point.setup for point in axis.points)
        return frozenset(known)

    def captured(self) -> frozenset[str]:
        """The names that turns take out of replies."""
        return frozenset(each.spec["name"] for turn in self.turns for each in turn.captures)

    def mentioned(self) -> frozenset[str]:
        """The names that at least one variant gives a value."""
        setups = [case.setup for case in self.cases]
        setups += [point.setup for axis in self.axes for point in axis.points]
        return frozenset(self.vars.keys() | self.secrets.keys()).union(*(setup.vars for setup in setups))
