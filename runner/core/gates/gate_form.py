"""The keys of a gate with their sentences, and the JSON Schema that editors complete them from; it reads nothing."""

from collections.abc import Collection
from typing import Final

from runner.core.value import Json

TIMES: Final = ("median", "mean", "max")
MONEY: Final = ("median", "mean", "max", "total")

WORDS: Final[dict[str, str]] = {
    "pass_rate": "The share of trials whose checks all pass, from above 0 to 1: counted, unless `confidence` is given.",
    "confidence": "How sure it has to be that the rate is reached, such as 0.95; too few trials are then undecided.",
    "min_trials": "How many trials have to be measured at least.",
    "latency": "Seconds that replies take, over all trials: `{p95: 5s, median: 2s, mean: .., max: ..}`.",
    "ttft": "Seconds to the first token of replies, over all trials; they have to be streamed.",
    "cost": "US dollars that trials cost: `{max: 0.01, mean: .., median: .., p95: .., total: ..}`.",
    "only": "The variants that are gated, by axis or `case`: `{system: v2}`, `{temperature: [0, 0.7]}`.",
    "sequential": "Decides `pass_rate` by the sequential probability ratio test, against a rate that is `bad`.",
}
SEQUENTIAL: Final[dict[str, str]] = {
    "bad": "The rate that has to be failed, below `pass_rate`.",
    "alpha": "The chance of failing a rate of `pass_rate`; 0.05 where it is not given.",
    "beta": "The chance of passing the rate `bad`; 0.1 where it is not given.",
}


def _table(said: dict[str, str], forms: dict[str, Json], **more: Json) -> Json:
    """The form of a map with these keys and no others."""
    known = {name: {**form, "description": said[name]} for name, form in forms.items()}
    return {"type": "object", "properties": known, "additionalProperties": False, "minProperties": 1, **more}


_SHARE: Final[Json] = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
_RISK: Final[Json] = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}


def _limits(statistics: Collection[str], form: Json) -> Json:
    """The form of what limits a quantity."""
    said = {name: _STATISTICS[name] for name in statistics}
    percentile = {"^p[1-9]?[0-9](\\.[0-9]+)?$": {**form, "description": _STATISTICS["p95"]}}
    return _table(said, dict.fromkeys(statistics, form), patternProperties=percentile)


_STATISTICS: Final[dict[str, str]] = {
    "median": "What half of them stay below.",
    "mean": "What they come to on average.",
    "max": "What none of them goes beyond.",
    "total": "What they come to together.",
    "p95": "What this percentage of them stays below.",
}
_TIME: Final[Json] = {"type": ["string", "number"]}
_DOLLARS: Final[Json] = {"type": "number", "minimum": 0}
_VALUES: Final[Json] = {"type": ["string", "number", "boolean", "null"]}

FORM: Final[Json] = _table(
    WORDS,
    {
        "pass_rate": _SHARE,
        "confidence": {"type": "number", "minimum": 0.5, "exclusiveMaximum": 1},
        "min_trials": {"type": "integer", "minimum": 1},
        "latency": _limits(TIMES, _TIME),
        "ttft": _limits(TIMES, _TIME),
        "cost": _limits(MONEY, _DOLLARS),
        "only": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"anyOf": [_VALUES, {"type": "array", "items": _VALUES, "minItems": 1}]},
        },
        "sequential": _table(SEQUENTIAL, {"bad": _SHARE, "alpha": _RISK, "beta": _RISK}, required=["bad"]),
    },
    patternProperties={
        r"^pass\^[1-9][0-9]{0,3}$": {**_SHARE, "description": "The chance that all of so many trials pass."},
        "^pass@[1-9][0-9]{0,3}$": {**_SHARE, "description": "The chance that one of so many trials passes."},
    },
    dependentRequired={"confidence": ["pass_rate"], "sequential": ["pass_rate"]},
)
"""The JSON Schema of a gate."""
