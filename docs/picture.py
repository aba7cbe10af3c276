"""Draws docs/terminal.svg from a real run: a command in a terminal of its own, and all that it shows, as it stands."""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "terminal.svg"
COLUMNS = 92
TYPED = ("play", "scenarios/first-chat.yaml", "--provider", "local")

THEME = TerminalTheme(
    (24, 26, 32),
    (214, 217, 224),
    [
        (60, 64, 74),
        (240, 113, 120),
        (145, 200, 120),
        (230, 192, 110),
        (110, 170, 240),
        (200, 150, 230),
        (95, 200, 210),
        (214, 217, 224),
    ],
)

# Fonts that machines have: a picture that loads one from elsewhere would tell who looks at it.
FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="runner plays a scenario in a terminal">
<style>
{styles}
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; font-size: {char_height}px; line-height: {line_height}px; }}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""


def record(folder: Path) -> str:
    """What the command shows on a terminal."""
    master, slave = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR"}}
    environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "runner", *TYPED]
    environ["PYTHONPATH"] = str(ROOT)
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            ready = select.select([master], [], [], 0.2)[0]
            if not ready and process.poll() is not None:
                break
            try:
                shown += os.read(master, 65536) if ready else b""
            except OSError:  # the terminal's other end is closed
                break
    os.close(master)
    if process.returncode:
        sys.exit(f"the command ended with {process.returncode}:\n{shown.decode(errors='replace')}")
    return shown.decode().replace("\r\n", "\n").replace("python -m runner", "runner")


def draw(shown: str) -> str:
    """A terminal's text as a picture."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor"
        )
        console.print(Text.from_ansi(f"\x1b[1m$ runner {' '.join(TYPED)}\x1b[0m\n{shown.rstrip()}"))
        svg = console.export_svg(title="runner", theme=THEME, code_format=FORMAT, unique_id="t")
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def main() -> None:
    """Draw the picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scenarios").symlink_to(ROOT / "scenarios")
        PICTURE.write_text(draw(record(folder)), encoding="utf-8", newline="\n")
    print(f"wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
