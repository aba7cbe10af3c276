"""Windows of text: other tools' files and our own, in and out; nothing here is played, sent or judged."""

from typing import Final

IMPORTERS: Final = {
    "mt-bench": "runner.formats.mt_bench:read",
}
"""Every FORMAT of `runner import`, with the function that turns a file into scenario files."""
