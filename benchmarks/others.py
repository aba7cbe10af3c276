"""What is measured beside CPU per turn: wall, replay, memory, bytes on disk, validation."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.contenders import BARE, LOOP, RUNNER, environment
from benchmarks.figures import Figure
from benchmarks.hall import Hall, median
from benchmarks.processes import Spent, run
from benchmarks.work import Work, write_scenarios, write_settings

_LOAD = "import sys, pathlib, yaml\nfor name in sys.argv[1:]:\n    yaml.load(pathlib.Path(name).read_bytes(), yaml.CSafeLoader)"


def measure(hall: Hall) -> Iterator[Figure]:
    """All of them, the quick ones first."""
    yield disk(hall)
    yield wall(hall)
    yield replay(hall)
    yield validate(hall)
    yield from memory(hall)


def disk(hall: Hall) -> Figure:
    """Bytes in journal and transcripts per byte said."""
    work = Work(20, 5)
    hall.play(RUNNER, work)
    written = sum(
        path.stat().st_size
        for path in hall.outputs.rglob("*.jsonl")
        if path.name[:7] in {"journal", "transcr"}
    )
    return Figure(
        "bytes in journal and transcripts per byte said",
        written / work.said,
        beside=f"{work.conversations} x {work.turns} turns: {written:,} : {work.said:,}",
        most=4,
    )


def wall(hall: Hall) -> Figure:
    """How long 200 conversations of 5 turns take where each reply takes 50 ms, 100 of them at once."""
    work, after, ideal = Work(200, 5, 100), 50, 0.5
    start = hall.start_up(RUNNER, after)
    spent = median([hall.play(RUNNER, work, after) for _ in range(hall.rounds)])
    took = spent.wall - (start.wall - after / 1000)
    return Figure(
        "wall of 200 x 5 turns, 50 ms a reply, 100 in flight",
        took / ideal,
        "{:.2f} x the ideal",
        f"{took:.2f} s : {ideal} s, start-up of {start.wall:.2f} s not counted",
        most=1.5,
    )


def replay(hall: Hall) -> Figure:
    """How many turns per second come from cassettes, beside the loop against the instant server."""
    name = "turns per second replayed from cassettes"
    usage = subprocess.run(
        [sys.executable, "-m", "runner", "play", "--help"], check=True, capture_output=True
    )
    if b"--cassettes" not in usage.stdout:
        return Figure(name, None, beside="runner play has no --cassettes yet", least=5)
    work, one = Work(200, 5), Work(1, 1)
    loop = hall.play(LOOP, work).wall - hall.start_up(LOOP).wall
    spent = []
    for each in (one, work):
        _replay(hall, each, "record")
        before = hall.server.counts()["requests"]
        spent.append(median([_replay(hall, each, "replay") for _ in range(hall.rounds)]))
        assert hall.server.counts()["requests"] == before, "replaying asks nobody"
    ours = spent[1].wall - spent[0].wall
    speed, theirs = (work.requests - 1) / ours, (work.requests - 1) / loop
    return Figure(
        name, speed / theirs, "{:.1f} x the loop", f"{speed:,.0f} : {theirs:,.0f} a second", least=5
    )


def _replay(hall: Hall, work: Work, mode: str) -> Spent:
    """What it takes to play a work with its cassettes."""
    hall.say(f"cassettes: {mode} {work.requests} turns")
    RUNNER.write(work, hall.folder)
    url = hall.server.base_url
    cassettes = ["--cassettes", f"cassettes-{work.requests}", "--mode", mode]
    command = [*RUNNER.command(url, work.in_flight), *cassettes]
    return run(command, hall.folder, environment(url))


def validate(hall: Hall) -> Figure:
    """How long 1,000 scenarios take to be checked, beside reading them as YAML alone."""
    folder = hall.folder / "many"
    folder.mkdir(exist_ok=True)
    paths = write_scenarios(folder, 1000)
    write_settings(folder, 10)
    ours, theirs = ([sys.executable, "-m", "runner", "validate"], [sys.executable, "-c", _LOAD])
    spent: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(hall.rounds):
        for who, command in (("ours", ours), ("theirs", theirs)):
            spent[who].append(_for(hall, command, folder, paths) - _for(hall, command, folder, paths[:1]))
    mine, other = (sorted(each)[len(each) // 2] for each in spent.values())
    return Figure(
        "runner validate of 1,000 scenarios",
        mine / other,
        "{:.2f} x yaml.load",
        f"{mine:.2f} s : {other:.2f} s of CPU, start-up not counted",
        most=4,
    )


def _for(hall: Hall, command: list[str], folder: Path, paths: list[Path]) -> float:
    """The processor time of a command for some files."""
    hall.say(f"{len(paths)} scenarios: {'runner validate' if 'runner' in command else 'yaml.load'}")
    return run([*command, *(path.name for path in paths)], folder, environment(hall.server.base_url)).cpu


def memory(hall: Hall) -> Iterator[Figure]:
    """The most memory that many conversations take, beside a tenth of them."""
    few, many = (200, 2000) if hall.quick else (2000, 20_000)
    least, most = (hall.play(RUNNER, Work(count, 5, 100)).memory for count in (few, many))
    yield Figure(f"peak memory of {many:,} x 5 turns, in MB", most, "{:.0f} MB", most=150)
    yield Figure(
        f"the same beside that of {few:,} x 5",
        most / least,
        "{:.2f} x",
        f"{most:.0f} MB : {least:.0f} MB",
        most=1.2,
    )


def headroom(hall: Hall, per_turn_of_floor: float) -> Figure:
    """How many times the requests of the fastest contender the server can answer."""
    counts = hall.server.counts()
    each = counts["cpu_us"] / counts["requests"] / 1000
    return Figure(
        f"the server beside the fastest contender ({BARE.kind} aiohttp)",
        per_turn_of_floor / each,
        "{:.1f} x as fast",
        f"{per_turn_of_floor:.3f} ms : {each:.3f} ms of CPU a request, whatever its length",
    )
