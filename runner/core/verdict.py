"""How a check's findings become its verdict: the `not-` form, and of which replies a check at the foot speaks."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from runner.core.check import Subject
from runner.core.finding import Finding, Verdict
from runner.core.message import Answer
from runner.core.trial import Posed, Script


def subjects_of(posed: Posed, script: Script, replies: Sequence[Subject]) -> tuple[Subject, ...]:
    """The replies that a check at the foot looks at: all for `every` and `any`, else one."""
    match posed.of:
        case "every" | "any":
            return tuple(replies)
        case "conversation":
            return tuple(replace(reply, whole=True) for reply in replies[-1:])
        case "last" | None:
            return tuple(replies[-1:])
        case turn_id:
            places = {index for index, line in enumerate(script.turns) if line.id == turn_id}
            return tuple(reply for reply in replies if reply.turn in places)


def conclude(
    posed: Posed, subjects: Sequence[Subject], answers_about: Callable[[Subject], tuple[Answer, ...]]
) -> Verdict:
    """The verdict of a check on the replies it looks at, given the answers to what it asked about each."""
    assert posed.ask is not None, "a script read from a journal cannot judge"
    findings: list[tuple[Subject, Finding]] = []
    for subject in subjects:
        finding = posed.ask.judge(subject, answers_about(subject))
        findings.append((subject, posed.ask.negate(finding) if posed.negated else finding))
    if not findings:
        return inapplicable(posed, "there is no reply to look at")
    if posed.of not in {"every", "any"}:
        return _verdict(posed, findings[0][1])
    return _pool(posed, findings)


def inapplicable(posed: Posed, reason: str) -> Verdict:
    """The verdict of a check that has nothing to look at: neither passed nor failed."""
    return _verdict(posed, Finding(outcome="not-applicable", reason=reason))


def _pool(posed: Posed, findings: Sequence[tuple[Subject, Finding]]) -> Verdict:
    """The verdict of `every` or `any`: the first reply that decides it, then one that broke, then the rest."""
    decisive, otherwise = ("failed", "passed") if posed.of == "every" else ("passed", "failed")
    for wanted in (decisive, "broken"):
        for subject, finding in findings:
            if finding.outcome == wanted:
                return _at(posed, subject, finding, f"turn {subject.turn + 1}: {finding.reason}")
    judged = [(subject, finding) for subject, finding in findings if finding.outcome == otherwise]
    if not judged:
        return inapplicable(posed, findings[0][1].reason)
    reason = f"{len(judged)} of {len(findings)} replies {otherwise}"
    if otherwise == "passed":
        return _verdict(posed, Finding(outcome="passed", reason=reason))
    subject, finding = judged[-1]  # all of them are why; the last one stands for them
    return _at(posed, subject, finding, f"{reason}, the last at turn {subject.turn + 1}: {finding.reason}")


def _at(posed: Posed, subject: Subject, finding: Finding, reason: str) -> Verdict:
    """The verdict that one of several replies stands for, with its turn and what was found in it."""
    told = Finding(outcome=finding.outcome, reason=reason, spans=finding.spans)
    return _verdict(posed, told).model_copy(update={"turn": subject.turn})


def broken(posed: Posed, reason: str) -> Verdict:
    """The verdict of a check that cannot be asked."""
    return _verdict(posed, Finding(outcome="broken", reason=reason))


def _verdict(posed: Posed, finding: Finding) -> Verdict:
    """A finding as a verdict under the check's own name and line."""
    return Verdict(
        check=posed.check,
        name=posed.name,
        outcome=finding.outcome,
        reason=finding.reason,
        spans=finding.spans,
        captured=finding.captured,
        path=posed.path or None,
        line=posed.line,
        of=posed.of,
    )
