"""What is told of recordings: what is missing and the command that records it, what was recorded, what is in a folder."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from runner.cli.display.columns import Column, Listing
from runner.cli.display.layout import wrapped
from runner.cli.display.screen import Screen
from runner.cli.display.typed import command
from runner.cli.display.wording import listed, money
from runner.core.harmless import harmless_line
from runner.core.value import Json
from runner.core.wording import count
from runner.operations.cassettes import Dropped, Needs, Recorded, Status
from runner.operations.taping import Taped

MOST_REASONS: Final = 5
"""For so many scenarios it is told how what they ask differs from what is recorded."""
MOST_NAMED: Final = 2
"""How many models stand in a row."""
SCHEMA: Final = "runner.recordings/1"


_FILLING: Final = (("play",), ("check",))
"""Commands that record what is missing."""


def needs_sentence(needs: Needs) -> str:
    """What has to be recorded: `needs recording: 6 scenarios, 150 requests, about $0.09`."""
    parts = [count(needs.scenarios, "scenario"), count(needs.requests, "request")]
    if needs.cost_usd:
        parts.append(f"about {money(needs.cost_usd)}")
    return f"needs recording: {', '.join(parts)}"


def needs_lines(needs: Needs, screen: Screen) -> Iterator[str]:
    """The sentence, and how the first question that is missing differs, scenario by scenario."""
    text = needs_sentence(needs)
    name = "needs recording"
    yield screen.paint(name, "yellow", "bold") + wrapped(text, screen.width)[len(name) :]
    for scenario, reason in list(needs.reasons.items())[:MOST_REASONS]:
        yield "  " + wrapped(harmless_line(f"{scenario}: {reason}"), screen.width, 4, 2)
    if len(needs.reasons) > MOST_REASONS:
        yield f"  and {count(len(needs.reasons) - MOST_REASONS, 'scenario')} more"


def recording_command(taped: Taped) -> str:
    """The command that records what is missing: what was typed, with the mode that fills."""
    return command(taped.command[1], *filling(taped.command[2:], taped.cassettes))


def can_record(taped: Taped) -> bool:
    """Whether the command that was typed records what is missing once it is typed in another mode."""
    return taped.command[1:2] in _FILLING


def filling(words: Sequence[str], cassettes: str) -> list[str]:
    """The words of a command line, in the mode that fills."""
    kept: list[str] = []
    after = ""
    for word in words:
        if after != "--mode" and word != "--mode" and not word.startswith("--mode="):
            kept.append(word)
        after = word
    named = any(word == "--cassettes" or word.startswith("--cassettes=") for word in kept)
    # In front: after `--` nothing is an option.
    return [*([] if named else ["--cassettes", cassettes]), "--mode", "fill", *kept]


def tell_taped(taped: Taped, screen: Screen) -> None:
    """Tell what is missing, and what was recorded."""
    if taped.needs is not None:
        for line in needs_lines(taped.needs, screen):
            screen.tell(line)
        if can_record(taped):
            screen.say(f"record it: {recording_command(taped)}")
    elif taped.waiting:
        screen.say("what was not recorded is recorded by now: --resume RUN --retry-unanswered plays it")
    where = harmless_line(taped.cassettes)
    if taped.recorded:
        gone = f", and {count(taped.dropped, 'exchange')} that nothing asks for taken out" * bool(
            taped.dropped
        )
        screen.say(f"recorded: {count(taped.recorded, 'exchange')} in {where}{gone}")
    if taped.unused and not taped.dropped:
        asks = "is" if taped.unused == 1 else "are"
        screen.say(
            f"{count(taped.unused, 'recording')} in {where} {asks} no longer asked for; see "
            f"{command('cassette', 'status', taped.cassettes)}"
        )


def taped_document(taped: Taped) -> dict[str, Json]:
    """What came of a run's recordings, for other programs."""
    return {
        "cassettes": taped.cassettes,
        "mode": taped.mode,
        "recorded": taped.recorded,
        "unused": taped.unused,
        "dropped": taped.dropped,
        "needs": needs_document(taped.needs),
        "command": recording_command(taped) if taped.needs and can_record(taped) else None,
    }


def needs_document(needs: Needs | None) -> dict[str, Json] | None:
    """What has to be recorded, for other programs."""
    if needs is None:
        return None
    return {
        "scenarios": needs.scenarios,
        "trials": needs.trials,
        "requests": needs.requests,
        "cost_usd": needs.cost_usd,
        "reasons": dict(needs.reasons),
    }


def tell_status(status: Status, screen: Screen, now: datetime) -> None:
    """Tell what the recordings of a folder hold."""
    rows = [(each.scenario, each) for each in status.cassettes]
    if rows:
        columns: list[Column[Recorded]] = [
            Column("exchanges", lambda each: f"{each.exchanges:,}"),
            Column(
                "missing", lambda each: f"{each.missing:,}", _any("missing"), _style("missing"), one="missing"
            ),
            Column("unused", lambda each: f"{each.unused:,}", _any("unused"), _style("unused"), one="unused"),
            Column("recorded", lambda each: _dates(each, now), one=""),
            Column("by", lambda each: harmless_line(_models(each)), one=""),
        ]
        screen.tell("\n".join(Listing(columns, ("recorded", "by"), rows).lines(screen)) + "\n")
    for each in status.cassettes:
        if each.is_left:
            text = f"{each.scenario}: none of these scenarios has this name ({each.path.name})"
            screen.tell(wrapped(harmless_line(text), screen.width, 2))
    text = f"{count(len(rows), 'cassette')}, {count(status.exchanges, 'exchange')}"
    if status.is_compared:
        text += f"; {status.unused:,} unused" if status.unused else "; all of them are used"
    screen.tell(wrapped(text, screen.width))
    if status.needs is not None:
        for line in needs_lines(status.needs, screen):
            screen.tell(line)


def _any(name: str) -> Callable[[Sequence[Recorded]], bool]:
    """Whether a figure says anything about some rows."""
    return lambda rows: any(getattr(row, name) for row in rows)


def _style(name: str) -> Callable[[Recorded], str]:
    """How a figure is painted."""
    return lambda row: "yellow" if getattr(row, name) else ""


def _dates(each: Recorded, now: datetime) -> str:
    """When a cassette was recorded, and how long ago."""
    if each.first is None or each.last is None:
        return "?"
    days = [text[:10] for text in (each.first, each.last)]
    span = days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"
    age = _age(each.last, now)
    return harmless_line(f"{span} ({age})" if age else span)


def _age(text: str, now: datetime) -> str:
    """How long ago a time was; empty where it is none."""
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return ""
    days = (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).days
    if days < 1:
        return "today" if days == 0 else ""
    return f"{count(days, 'day')} ago"


def _models(each: Recorded) -> str:
    """The models that answered."""
    return listed(list(each.models), MOST_NAMED) or "?"


def status_document(status: Status) -> dict[str, Json]:
    """What the recordings of a folder hold, for other programs."""
    return {
        "schema": SCHEMA,
        "cassettes": [
            {
                "scenario": each.scenario,
                "file": str(each.path),
                "exchanges": each.exchanges,
                "models": list(each.models),
                "first": each.first,
                "last": each.last,
                "unused": each.unused if status.is_compared else None,
                "missing": each.missing if status.is_compared and not each.is_left else None,
                "has_scenario": not each.is_left if status.is_compared else None,
            }
            for each in status.cassettes
        ],
        "needs": needs_document(status.needs),
    }


def tell_dropped(dropped: Sequence[Dropped], screen: Screen, *, dry: bool) -> None:
    """Tell what was taken out of recordings, or would be."""
    verb = "would take out" if dry else "took out"
    for each in dropped:
        what = f"{count(each.exchanges, 'exchange')} of {each.scenario}"
        if each.is_left:
            rest = f"there is no such scenario; the file {each.path.name} goes"
        elif each.kept:
            rest = f"{each.kept:,} left"
        else:
            rest = f"nothing left; the file {each.path.name} goes"
        screen.tell(wrapped(harmless_line(f"{verb} {what}: {rest}"), screen.width, 2))
    if not dropped:
        screen.tell("nothing to take out: everything that is recorded is asked for")


def dropped_document(dropped: Sequence[Dropped], *, dry: bool) -> dict[str, Json]:
    """What was taken out of recordings, for other programs."""
    return {
        "schema": SCHEMA,
        "dry_run": dry,
        "dropped": [
            {
                "scenario": each.scenario,
                "file": str(each.path),
                "exchanges": each.exchanges,
                "kept": each.kept,
                "has_scenario": not each.is_left,
            }
            for each in dropped
        ],
    }
