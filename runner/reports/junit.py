"""An assessment as JUnit XML, in which CI systems count what the gate counts; it holds no text of a model as markup.

Law: there is a failure or an error exactly where the exit code is not 0. The form is the one of Jenkins' junit-10 schema;
what Ant's requires besides is there too, but Ant's knows no output of a single testcase and no figures of the whole.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal
from xml.etree import ElementTree as ET

from runner.core.assessment import Assessment, Block, Comparison, Red, TrialOutcome
from runner.reports.comparing import fallen, lines_of
from runner.reports.telling import (
    address,
    is_about_checks,
    line_of,
    named,
    passing,
    ruled,
    sentence_of,
    written,
)

LONGEST_NAME: Final = 120
"""Characters of a name; a longer one is cut and ends in its digest."""
MOST_REDS: Final = 10
"""How many of a block's reds are told; the rest is counted."""
MOST_TRIALS: Final = 200
"""How many of a block's trials are listed; the rest is counted."""

_UNSAYABLE: Final = re.compile("[\ufffe\uffff]")
"""What is neither a control nor a surrogate, and yet no character of XML 1.0."""
_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")

Tag = Literal["failure", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class _Case:
    """One testcase."""

    name: str
    tag: Tag | None = None
    """None where it passed."""
    type: str = ""
    message: str = ""
    body: str = ""
    out: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class _Suite:
    """One testsuite."""

    name: str
    cases: tuple[_Case, ...]
    properties: dict[str, str]


def junit_xml(assessment: Assessment, *, by: Literal["block", "trial"] = "block") -> bytes:
    """The document, in UTF-8: a testsuite for each scenario, a testcase for each of its blocks, or of their trials."""
    suites = list(_suites(assessment, by))
    tags = Counter(case.tag for suite in suites for case in suite.cases)
    if assessment.exit_code and not tags["failure"] + tags["error"]:
        case = _Case("verdict", "error", assessment.verdict, line_of(assessment.sentence, 1000))
        suites.append(_Suite("check", (case,), {}))
    every = [case for suite in suites for case in suite.cases]
    root = ET.Element("testsuites", {"name": "runner check", **_figures(every, assessment.seconds)})
    for place, suite in enumerate(suites):
        root.append(_suite(suite, place, assessment))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def name_of(text: str, longest: int = LONGEST_NAME) -> str:
    """A name on one line, bounded; whatever was changed in it, the digest of the whole tells it from others."""
    name = " ".join(_xml(line_of(text[:longest])).split())
    if name and name == text:
        return name
    digest = sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{name[: longest - 9].rstrip()}~{digest}"


def _suites(assessment: Assessment, by: Literal["block", "trial"]) -> Iterator[_Suite]:
    """A suite for each scenario, in the order of play, and one for the comparisons."""
    scenarios: dict[str, list[Block]] = {}
    for block in assessment.blocks:
        scenarios.setdefault(block.scenario, []).append(block)
    for scenario, blocks in scenarios.items():
        cases = [case for block in blocks for case in (_trials(block) if by == "trial" else [_block(block)])]
        yield _Suite(name_of(scenario), tuple(cases), {"file": line_of(blocks[0].path)})
    if assessment.comparisons:
        fell = fallen(assessment)
        reds = [red for block in assessment.blocks if block.id in fell for red in block.reds]
        yield _Suite("baseline", tuple(_comparison(each, reds) for each in assessment.comparisons), {})


def _block(block: Block) -> _Case:
    """A block's testcase: what its gate says, with its trials."""
    told = _Case(name_of(block.id), out=_listed_trials(block), seconds=block.seconds)
    if block.gated and block.verdict == "passed":
        return told
    return _Case(
        told.name,
        _tag(block),
        block.verdict if block.gated else "not-gated",
        _message(block) if block.gated else sentence_of(block),
        _evidence(block, block.reds) if block.gated else "",
        told.out,
        told.seconds,
    )


def _tag(block: Block) -> Tag:
    """What a block is that did not pass, or of which nothing was asked."""
    if not block.gated:
        return "skipped"
    return "failure" if block.verdict == "failed" else "error"


def _message(block: Block) -> str:
    """Which checks went wrong in a block that did not pass, and what its gate says of that."""
    against = [ruling for ruling in block.rulings if ruling.verdict != "passed"]
    reds = (red for red in block.reds if block.verdict in {red.outcome, "undecided"})
    checks = named(reds) if not against or any(map(is_about_checks, against)) else ""
    return f"{checks}: {sentence_of(block)}" if checks else sentence_of(block)


def _evidence(block: Block, reds: Iterable[Red]) -> str:
    """What the rules say, and what went wrong."""
    told = list(reds)
    lines = [address(block.path, block.line)] if block.path else []
    lines += [ruled(ruling) for ruling in block.rulings]
    parts = ["\n".join(lines), *(written(red) for red in told[:MOST_REDS])]
    if more := len(told) - MOST_REDS:
        parts += [f"... ({more:,} more)"] * (more > 0)
    return "\n\n".join(part for part in parts if part)


def _listed_trials(block: Block) -> str:
    """A block's trials, a line each."""
    lines = [passing(block)] if block.trials else []
    lines += [
        f"{outcome:<10}  {line_of(trial)}" for trial, outcome in list(block.trials.items())[:MOST_TRIALS]
    ]
    if (more := len(block.trials) - MOST_TRIALS) > 0:
        lines.append(f"... ({more:,} more)")
    return "\n".join(lines)


def _trials(block: Block) -> Iterator[_Case]:
    """A testcase for each trial of a block, and one for its gate where no trial says what the gate does."""
    cases = [_trial(block, trial, outcome) for trial, outcome in block.trials.items()]
    yield from cases
    if block.gated and block.verdict != "passed" and all(case.tag != _tag(block) for case in cases):
        evidence = _evidence(block, block.reds)
        yield _Case(f"{name_of(block.id)} gate", _tag(block), block.verdict, _message(block), evidence)


def _trial(block: Block, trial: str, outcome: TrialOutcome) -> _Case:
    """A trial's testcase; where the gate is content without it, it is skipped."""
    name = name_of(trial)
    if outcome == "passed" and block.gated:
        return _Case(name)
    if not block.gated:
        return _Case(name, "skipped", "not-gated", sentence_of(block))
    if block.verdict == "passed":
        return _Case(
            name, "skipped", "tolerated", f"{outcome}; the gate holds without it: {sentence_of(block)}"
        )
    own = [red for red in block.reds if red.trial == trial]
    body = _evidence(block, own or block.reds)
    tag: Tag = "failure" if outcome == "failed" else "error"
    return _Case(name, tag, outcome, _trial_message(block, own, outcome), body)


def _trial_message(block: Block, own: Sequence[Red], outcome: TrialOutcome) -> str:
    """Which checks went wrong in a trial, and why; of one that is like an earlier one, which they may be."""
    if own:
        checks = named(own)
        return f"{checks}: {line_of(own[0].reason)}" if checks else line_of(own[0].reason)
    alike = [red for red in block.reds if red.outcome == outcome]
    checks = f"{'' if len(alike) == 1 else 'one of these: '}{told}" if (told := named(alike)) else outcome
    return f"{checks}; see {line_of(block.id)}"


def _comparison(comparison: Comparison, reds: Sequence[Red]) -> _Case:
    """A comparison's testcase, with what went wrong in blocks that fell; one that found nothing to pair is skipped."""
    name = name_of(comparison.title)
    told = "\n".join(lines_of(comparison))
    if comparison.verdict == "passed":
        return _Case(name, out=told)
    tag: Tag = "failure" if comparison.verdict == "failed" else "skipped"
    if tag == "skipped":
        return _Case(name, tag, "undecided", line_of(comparison.reason, 1000), told)
    own = {pair.block for pair in comparison.pairs}
    shown = [written(red) for red in reds if red.trial.rpartition("#")[0] in own][:MOST_REDS]
    return _Case(name, tag, "regression", line_of(comparison.reason, 1000), "\n\n".join((told, *shown)))


def _suite(suite: _Suite, place: int, assessment: Assessment) -> ET.Element:
    """A suite as an element."""
    known = [case.seconds for case in suite.cases]
    seconds = None if None in known else sum(each for each in known if each is not None)
    attributes = {"name": suite.name, **_figures(suite.cases, seconds)}
    attributes["skipped"] = str(sum(case.tag == "skipped" for case in suite.cases))
    if assessment.started_at and (found := _TIMESTAMP.match(assessment.started_at)):
        attributes["timestamp"] = found[0]
    element = ET.Element(
        "testsuite", {**attributes, "hostname": "localhost", "package": "", "id": str(place)}
    )
    properties = ET.SubElement(element, "properties")
    for name, value in {**suite.properties, "run": line_of(assessment.run)}.items():
        ET.SubElement(properties, "property", {"name": name, "value": _xml(value)})
    for case in suite.cases:
        element.append(_testcase(case, suite.name))
    ET.SubElement(element, "system-out")
    ET.SubElement(element, "system-err")
    return element


def _testcase(case: _Case, classname: str) -> ET.Element:
    """A testcase as an element."""
    element = ET.Element("testcase", {"name": case.name, "classname": classname, **_time(case.seconds)})
    if case.tag is not None:
        message = " ".join(_xml(case.message).split()) or case.type
        told = ET.SubElement(element, case.tag, {"type": case.type, "message": message})
        told.text = _xml(case.body)
    if case.out:
        ET.SubElement(element, "system-out").text = _xml(case.out)
    return element


def _figures(cases: Iterable[_Case], seconds: float | None) -> dict[str, str]:
    """How many testcases there are, how many went wrong, and how long they took."""
    tags = [case.tag for case in cases]
    return {
        "tests": str(len(tags)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        **_time(seconds),
    }


def _time(seconds: float | None) -> dict[str, str]:
    """A duration in seconds; none where it is not known, never a zero for it."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return {}
    return {"time": f"{abs(seconds):.3f}"}  # -0.0 is no duration to a schema


def _xml(text: str) -> str:
    """Text that is shown already, without what XML 1.0 has no character for."""
    return _UNSAYABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
