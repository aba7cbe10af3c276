"""Where a conversation stands, and which events can follow there; it knows no conversation."""

from collections.abc import Mapping
from typing import Literal

Phase = Literal[
    "weighing", "asking", "answered", "judging", "cutting", "closing", "listening", "finishing", "over"
]
"""What can happen next: Weighed, whether the turn is taken · an answer to the turn · Heard or Unanswered · Judged, of the turn · Skipped · Judged, at the
foot · Typed, where the script is open · Finished · nothing."""

FOLLOWS: Mapping[Phase, tuple[str, ...]] = {
    "weighing": ("answered", "weighed"),
    "asking": ("answered",),
    "answered": ("heard", "unanswered"),
    "judging": ("answered", "judged"),
    "cutting": ("skipped",),
    "closing": ("answered", "judged"),
    "listening": ("finished",),
    "finishing": ("finished",),
    "over": (),
}
"""The tags of the events that can follow, by phase."""


MAY_TYPE: Mapping[Phase, tuple[str, ...]] = {
    "asking": ("undone",),
    "listening": ("typed", "retried", "undone", "instructed", "adjusted"),
    "over": ("typed", "retried", "undone", "instructed", "adjusted"),
}
"""What else can happen where the script is open: a talk that has ended goes on when something is typed."""


class OutOfOrderError(ValueError):
    """An event that cannot follow; the conversation is as it was."""
