"""Exporters run on transcripts that are at hand."""

from collections.abc import Callable, Iterator, Mapping

from runner.core.transcript import Transcript
from runner.core.value import encode_readable
from runner.formats.exporting import Export


def exported(
    write: Callable[[Export], Iterator[bytes]],
    *transcripts: Transcript,
    files: Mapping[str, bytes] | None = None,
    inline_files: bool = False,
    raw: bool = False,
) -> tuple[str, Mapping[str, int]]:
    """What an exporter writes, and what it left out."""
    lines = [(encode_readable(each.dump()) + b"\n", each) for each in transcripts]
    export = Export(
        "20260101-000000-talk", lines, (files or {}).__getitem__, inline_files=inline_files, raw=raw
    )
    return b"".join(write(export)).decode(), export.left_out
