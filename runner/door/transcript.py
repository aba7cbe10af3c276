"""A played conversation as programs and notebooks have it; it reads no file and asks nothing."""

from typing import Self

from runner.core import transcript as core
from runner.core.spoken import spoken, text_of


class Transcript(core.Transcript):
    """One played conversation: the line of `transcripts.jsonl`, field by field. In a notebook it shows as a conversation.

    `Transcript.load(data)` reads a parsed line, and raises `pydantic.ValidationError` where it is none; `dump()` gives
    it back. Every field: docs/formats.md.
    """

    @classmethod
    def of(cls, transcript: core.Transcript) -> Self:
        """The same transcript with this door's ways of looking at it."""
        return cls.model_construct(transcript.model_fields_set, **dict(transcript))

    @property
    def replies(self) -> tuple[str, ...]:
        """What the model said, a text for each reply, in order; assistant turns that the scenario wrote are left out."""
        return tuple(text_of(said.reply) for said in spoken(self) if said.reply is not None)

    def __str__(self) -> str:
        """The conversation as text: each message under its role."""
        return "\n\n".join(f"{message.get('role')}: {text_of(message)}" for message in self.messages)

    def __repr__(self) -> str:
        """The id, how it ended, and how much was said."""
        return f"<Transcript {self.id}: {self.status}, {len(self.messages)} messages>"

    def _repr_html_(self) -> str:
        """The conversation with its verdicts, for notebooks."""
        from runner.reports.conversation import conversation  # noqa: PLC0415 - for notebooks alone

        return conversation(self)
