"""A played conversation as programs and notebooks have it; it reads no file and asks nothing."""

from runner.core.spoken import SpokenTranscript


class Transcript(SpokenTranscript):
    """One played conversation: the line of `transcripts.jsonl`, field by field. In a notebook it shows as a conversation.

    `Transcript.load(data)` reads a parsed line, and raises `pydantic.ValidationError` where it is none; `dump()` gives
    it back. Every field: docs/formats.md.
    """

    def _repr_html_(self) -> str:
        """The conversation with its verdicts, for notebooks."""
        from runner.reports.conversation import conversation  # noqa: PLC0415 - for notebooks alone

        return conversation(self)
