"""Windows of text: other tools' files and our own, in and out; nothing here is played, sent or judged."""

from typing import Final

IMPORTERS: Final = {
    "mt-bench": "runner.formats.mt_bench:read",
}
"""Every FORMAT of `runner import`, with the function that turns a file into scenario files."""

EXPORTERS: Final = {
    "markdown": "runner.formats.markdown:write",
    "jsonl": "runner.formats.jsonl:write",
    "openai-finetune": "runner.formats.openai_finetune:write",
    "csv": "runner.formats.csv_table:write",
}
"""Every FORMAT of `runner export`, with the function that turns an `Export` into the bytes of a file, piece by piece."""
