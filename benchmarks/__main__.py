"""`make bench`: runner beside the loop that everybody writes, in one table of ratios; it judges, and does not gate.

python -m benchmarks [--quick] [--strict] [--json FILE]
"""

import argparse
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import others, startup, turns
from benchmarks.contenders import BARE
from benchmarks.figures import Figure, table
from benchmarks.hall import Hall
from benchmarks.processes import BrokenError, part_cores
from benchmarks.server import Server


def main() -> int:
    """Measure, print, and leave the figures where they are asked for."""
    asked = _read_command()
    began = time.monotonic()
    where, core = part_cores()
    try:
        with Server(core) as server, TemporaryDirectory() as name:
            hall = Hall(server, Path(name), 1 if asked.quick else 3, asked.quick, _say)
            print(_describe(where, server), end="\n\n", flush=True)
            lines = turns.play_all(hall)
            figures = [
                *turns.figures(lines),
                *others.measure(hall),
                *startup.measure(2 if asked.quick else 7, _say),
            ]
            floor = next(line.per_turn for line in lines if line.contender is BARE)
            figures.append(others.headroom(hall, floor))
    except BrokenError as error:
        _say("")
        print(error, file=sys.stderr)
        return 2
    _say("")
    print(turns.table(lines), end="\n\n")
    print(table(figures))
    print(f"\n{time.monotonic() - began:.0f} s in all. What these figures mean: benchmarks/README.md")
    if asked.json:
        _write(asked.json, lines, figures)
    return int(asked.strict and any(figure.held is False for figure in figures))


def _read_command() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--quick", action="store_true", help="less work, one round: under a minute, and rougher"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 where a figure is not held")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as JSON")
    return parser.parse_args()


def _say(what: str) -> None:
    """Show what is being measured, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def _describe(where: str, server: Server) -> str:
    """What all this ran on."""
    parts = [f"{name} {version(name)}" for name in ("openai", "aiohttp", "httpx2", "pydantic")]
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    said = f"Python {platform.python_version()}, {', '.join(parts)}; contenders on {where}{load}"
    if not server.is_compiled:
        said += "\nno C compiler was found: the server is a Python one, slower than the floor, which is then its own"
    return said


def _write(path: Path, lines: list[turns.Line], figures: list[Figure]) -> None:
    """Write the figures as JSON."""
    played = [
        {
            "contender": line.contender.name,
            "conversations": line.work.conversations,
            "turns": line.work.turns,
            "in_flight": line.work.in_flight,
            "cpu_ms_per_turn": line.per_turn,
            "wall_s": line.spent.wall,
            "peak_memory_mb": line.spent.memory,
        }
        for line in lines
    ]
    data = {"played": played, "figures": [figure.dump() for figure in figures]}
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
