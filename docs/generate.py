"""Writes the pages that are made from the program: the command and formats references, the scenario schema; `--check` compares."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH = "100"


def ask(*arguments: str) -> str:
    """What `runner` prints for these arguments, as on a plain terminal of fixed width."""
    environ = {**os.environ, "COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH, "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "runner", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True, encoding="utf-8"
    )
    return "\n".join(
        line.rstrip() for line in done.stdout.replace("python -m runner", "runner").strip().split("\n")
    )


def walk(*name: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each command below a name with its help, in the order in which the program lists them; a group before its own."""
    said = ask(*name, "--help")
    if name:
        yield name, said
    for line in said.partition("\nCommands:\n")[2].split("\n"):
        if line.startswith("  ") and line[2:3].strip():
            yield from walk(*name, line.split()[0])


def write_commands() -> str:
    """The command reference."""
    parts = ["# All commands\n\nMade from the program by `make docs`.\n", f"```\n{ask('--help')}\n```\n"]
    parts += [
        f"##{'#' * (len(name) - 1)} runner {' '.join(name)}\n\n```\n{said}\n```\n" for name, said in walk()
    ]
    return "\n".join(parts)


def write_schema() -> str:
    """The JSON Schema of scenarios."""
    return json.dumps(json.loads(ask("schema")), indent=2, ensure_ascii=False) + "\n"


def write_formats() -> str:
    """The formats reference."""
    sys.path[:0] = [str(ROOT), str(ROOT / "docs")]
    import formats_page

    return str(formats_page.write_formats(write_schema()))


PAGES = {
    "docs/commands.md": write_commands,
    "docs/formats.md": write_formats,
    "scenarios/scenario.schema.json": write_schema,
}


def main() -> int:
    """Write the pages, or say which ones are not what the program would write."""
    stale = []
    for name, write in PAGES.items():
        path, text = ROOT / name, write()
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    for name in stale:
        print(f"{name} is not what the program says: run `make docs` and commit it")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
