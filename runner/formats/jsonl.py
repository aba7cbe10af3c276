"""Transcripts as JSON lines, as they stand in the run's own file; with their files in them where that is asked for."""

import json
from collections.abc import Iterator

from runner.core.value import encode_readable
from runner.formats.exporting import Export, inlined


def write(export: Export) -> Iterator[bytes]:
    """A line for each transcript."""
    for line, _ in export.lines:
        if export.inline_files:
            fields = json.loads(line)
            fields["messages"] = inlined(fields["messages"], export.read_file)
            yield encode_readable(fields) + b"\n"
        else:
            yield line
