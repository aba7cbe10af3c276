"""The words of a gate, from YAML or TOML to rules, with a complaint at each key that is wrong; it judges nothing."""

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from runner.core.durations import read_duration
from runner.core.gates.gate_form import MONEY, SEQUENTIAL, TIMES, WORDS
from runner.core.gates.rule import AllOf, AnyOf, Enough, PassRate, Pooled, Quantity, Rule, Sequential
from runner.core.value import Json
from runner.core.wording import excerpt, quoted, unknown

_POWER: Final = re.compile(r"pass(?P<sign>[\^@])(?P<k>[1-9][0-9]{0,3})\Z")
_PERCENTILE: Final = re.compile(r"p(?P<percent>[1-9]?[0-9](?:\.[0-9]+)?)\Z")
_EXAMPLES: Final = ("pass^3", "pass@3")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a gate, where it stands in it."""

    keys: tuple[str, ...]
    """The way to it: `("latency", "p95")`; empty for the gate as a whole."""
    message: str

    def __str__(self) -> str:
        """The place, dotted, and what is wrong."""
        return f"{'.'.join(self.keys)}: {self.message}" if self.keys else self.message


def read_rules(spec: Json, source: str, faults: list[Fault]) -> tuple[Rule, ...]:
    """The rules of a gate, each with its text and where it comes from; what is wrong is added to the faults."""
    if not isinstance(spec, dict) or not spec:
        why = (
            "expected a map such as `{pass_rate: 0.8}`"
            if spec
            else "an empty gate asks nothing: leave it out, and every check of every trial has to pass"
        )
        faults.append(Fault((), why))
        return ()
    faults += [
        Fault((name,), _unknown(name, (*WORDS, *_EXAMPLES)))
        for name in spec
        if name not in WORDS and not _POWER.match(name)
    ]
    reading = _Reading(spec, source, faults)
    rules: list[Rule] = [*reading.rate()]
    for name in spec:
        if power := _POWER.match(name):
            rules += reading.power(name, int(power["k"]), among=power["sign"] == "^")
    if "min_trials" in spec and (least := reading.value(("min_trials",), _whole)) is not None:
        rules.append(Enough(reading.text("min_trials"), int(least)))
    rules += [*reading.pooled("latency", TIMES, _seconds), *reading.pooled("ttft", TIMES, _seconds)]
    rules += reading.pooled("cost", MONEY, _dollars)
    return tuple(rules)


class _Reading:
    """One pass over the words of a gate."""

    def __init__(self, spec: dict[str, Json], source: str, faults: list[Fault]) -> None:
        self.spec = spec
        self.source = source
        self.faults = faults

    def say(self, keys: tuple[str, ...], message: str) -> None:
        """Complain."""
        self.faults.append(Fault(keys, message))

    def text(self, *names: str) -> str:
        """Some keys with their values on one line, and where the gate stands, where that is not the scenario."""
        return ", ".join(f"{name}: {_written(self.spec[name])}" for name in names) + self.source

    def value(self, keys: tuple[str, ...], read: Callable[[Json], float]) -> float | None:
        """The number at a place; None, and a complaint, where it is none that will do."""
        found: Json = self.spec
        for key in keys:
            found = found[key]
        try:
            return read(found)
        except ValueError as error:
            self.say(keys, str(error))
            return None

    def rate(self) -> list[Rule]:
        """What is asked of the pass rate."""
        sure = self.value(("confidence",), _confidence) if "confidence" in self.spec else None
        for name in ("confidence", "sequential"):
            if name in self.spec and "pass_rate" not in self.spec:
                self.say((name,), "goes with `pass_rate`, which is missing")
        rate = self.value(("pass_rate",), _share) if "pass_rate" in self.spec else None
        if "sequential" in self.spec:
            return self.sequential(rate)
        if rate is None:
            return []
        if rate == 1 and sure is not None:
            self.say(
                ("pass_rate",),
                "no number of trials shows a rate of 1: leave out `confidence`, or ask for less",
            )
        names = ("pass_rate", "confidence") if "confidence" in self.spec else ("pass_rate",)
        return [PassRate(self.text(*names), rate, sure)]

    def sequential(self, good: float | None) -> list[Rule]:
        """The sequential test in the place of the count."""
        table = self.spec["sequential"]
        others = [name for name in self.spec if name not in {"pass_rate", "sequential", "only"}]
        if others:
            why = f"stops at a bound of its own, and does not go with {quoted(others[0])}: leave out one of the two"
            self.say(("sequential",), why)
        if not isinstance(table, dict) or "bad" not in table:
            self.say(("sequential",), "expected the rate that has to be failed: `{bad: 0.8}`")
            return []
        for name in table.keys() - SEQUENTIAL.keys():
            self.say(("sequential", name), _unknown(name, SEQUENTIAL))
        bad = self.value(("sequential", "bad"), _share)
        risks = {"alpha": 0.05, "beta": 0.1}
        for name in risks.keys() & table.keys():
            risks[name] = self.value(("sequential", name), _risk) or risks[name]
        if good is None or bad is None:
            return []
        if good == 1:
            self.say(("pass_rate",), "`sequential` tells two rates apart, both below 1: such as 0.95 and 0.8")
        if bad >= good:
            self.say(("sequential", "bad"), f"expected a rate below `pass_rate`, which is {good:g}")
            return []
        return [Sequential(self.text("pass_rate", "sequential"), good, bad, risks["alpha"], risks["beta"])]

    def power(self, name: str, k: int, *, among: bool) -> list[Rule]:
        """What is asked of `k` trials together."""
        rate = self.value((name,), _share)
        if rate is None:
            return []
        return [(AllOf if among else AnyOf)(self.text(name), k, rate)]

    def pooled(
        self, quantity: Quantity, statistics: Collection[str], read: Callable[[Json], float]
    ) -> list[Rule]:
        """What is asked of a quantity, statistic by statistic."""
        table = self.spec.get(quantity)
        if quantity not in self.spec:
            return []
        if not isinstance(table, dict) or not table:
            example = "{max: 0.01}" if quantity == "cost" else "{p95: 5s}"
            self.say((quantity,), f"expected what is limited, and its limit: `{example}`")
            return []
        rules: list[Rule] = []
        for name, limit in table.items():
            if name not in statistics and not _PERCENTILE.match(name):
                self.say((quantity, name), _unknown(name, (*statistics, "p95")))
            elif (number := self.value((quantity, name), read)) is not None:
                text = f"{quantity}: {{{name}: {_written(limit)}}}{self.source}"
                rules.append(Pooled(text, quantity, name, number))
        return rules


def _unknown(name: str, known: Collection[str]) -> str:
    """The sentence about a key that is not known."""
    return unknown("key", name, known)


def _written(value: Json) -> str:
    """A value as its author wrote it, or nearly so."""
    match value:
        case dict():
            return f"{{{', '.join(f'{name}: {_written(each)}' for name, each in value.items())}}}"
        case list():
            return f"[{', '.join(_written(each) for each in value)}]"
        case _:
            return excerpt(str(value), 40)[1:-1]


def _number(value: Json) -> float | None:
    """A finite number, also where it comes as text; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _share(value: Json) -> float:
    """A share of trials; raises ValueError with a sentence."""
    number = _number(value)
    if number is not None and 0 < number <= 1:
        return number
    if number == 0:
        raise ValueError("0 asks nothing: expected a share above 0, up to 1")
    raise ValueError(f"expected a share above 0, up to 1, such as 0.8, not {_shown(value)}{_percent(value)}")


def _confidence(value: Json) -> float:
    """A confidence; raises ValueError with a sentence."""
    number = _number(value)
    if number is not None and 0.5 <= number < 1:
        return number
    raise ValueError(
        f"expected a confidence from 0.5 to below 1, such as 0.95, not {_shown(value)}{_percent(value)}"
    )


def _risk(value: Json) -> float:
    """The chance of an error; raises ValueError with a sentence."""
    number = _number(value)
    if number is not None and 0 < number < 0.5:
        return number
    raise ValueError(
        f"expected a chance above 0 and below 0.5, such as 0.05, not {_shown(value)}{_percent(value)}"
    )


def _percent(value: Json) -> str:
    """What was perhaps meant, where a share is given in percent."""
    number = _number(value.strip().removesuffix("%") if isinstance(value, str) else value)
    return f"; {number:g} % is {number / 100:g}" if number is not None and 1 < number < 100 else ""


def _whole(value: Json) -> float:
    """A number of trials; raises ValueError with a sentence."""
    number = _number(value)
    if number is not None and number >= 1 and number.is_integer():
        return number
    raise ValueError(f"expected a whole number from 1, not {_shown(value)}")


def _seconds(value: Json) -> float:
    """A time that replies may take; raises ValueError with a sentence."""
    seconds = read_duration(value)
    if seconds > 0:
        return seconds
    raise ValueError(f"expected a time above 0, such as `5s` or `500ms`, not {_shown(value)}")


def _dollars(value: Json) -> float:
    """An amount of money; raises ValueError with a sentence."""
    number = _number(value)
    if number is not None and number >= 0:
        return number
    raise ValueError(f"expected US dollars as a number, such as 0.01, not {_shown(value)}")


def _shown(value: Json) -> str:
    """A value that will not do, for people."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "a map"
        case list():
            return "a list"
        case bool():
            return "true" if value else "false"
        case str():
            return excerpt(value, 40)
        case _:
            return excerpt(str(value), 40)[1:-1]
