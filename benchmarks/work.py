"""What is played: so many conversations of so many turns of 500 characters, written down for every contender alike."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MESSAGE: Final = 500
"""Characters of a user's line; the server's replies have as many."""
SYSTEM: Final = "You work in a shop for kettles. Answer briefly."
_WORDS: Final = "my kettle hums when it boils and I would like to know whether that is how it is meant to be "


@dataclass(frozen=True, slots=True)
class Work:
    """Some conversations, and how many of them are played at once."""

    conversations: int
    turns: int
    in_flight: int = 10

    @property
    def requests(self) -> int:
        """How many turns are played."""
        return self.conversations * self.turns

    @property
    def said(self) -> int:
        """Bytes said in it, by both sides and the system message."""
        return self.conversations * (len(SYSTEM) + 2 * self.turns * MESSAGE)

    def lines(self) -> list[str]:
        """The user's lines, no two of them alike."""
        return [
            f"{turn + 1}. {_WORDS * (MESSAGE // len(_WORDS) + 1)}"[:MESSAGE] for turn in range(self.turns)
        ]

    def write(self, folder: Path, *, http: str = "auto", in_flight: int | None = None) -> None:
        """Write `work.json` for the loops; `work.yaml` and `runner.toml` for runner."""
        lines = self.lines()
        work = {"system": SYSTEM, "turns": lines, "conversations": self.conversations}
        (folder / "work.json").write_text(json.dumps(work), encoding="utf-8")
        scenario = {"system": SYSTEM, "repeat": self.conversations, "turns": lines}
        (folder / "work.yaml").write_text(json.dumps(scenario), encoding="utf-8")
        write_settings(folder, in_flight or self.in_flight, http)


def write_settings(folder: Path, in_flight: int, http: str = "auto") -> None:
    """Write the settings: a model with prices, so many requests in flight, and which HTTP library."""
    settings = (
        f'[providers.openai]\nin_flight = {in_flight}\nhttp = "{http}"\nmodels.main = "gpt-5.4-mini"\n'
        '[providers.openai.prices."gpt-5.4-mini"]\ninput = 0.75\noutput = 4.5\ncached_input = 0.075\n'
    )
    (folder / "runner.toml").write_text(settings, encoding="utf-8")


def write_scenarios(folder: Path, count: int) -> list[Path]:
    """Write scenario files as people write them: five turns, some checks, some comments."""
    paths = []
    for number in range(count):
        path = folder / f"scenario-{number:04}.yaml"
        path.write_text(_SCENARIO.format(number=number), encoding="utf-8")
        paths.append(path)
    return paths


_SCENARIO: Final = """\
# What the shop says about returns, customer {number}.
description: A customer brings back a kettle
tags: [returns, kettles]
system: |
  You work in a shop for kettles.
  A kettle may be returned within thirty days, with the receipt.
params:
  temperature: 0.2
  max_tokens: 200
turns:
  - user: Hello, this is customer {number}. My kettle hums when it boils, is that as it should be?
    expect:
      - icontains: kettle
  - user: I bought it three weeks ago and have the receipt at hand. May I bring it back?
    expect:
      - icontains: ["thirty days", receipt]
      - not-icontains: refuse
  - user: >
      And if I had lost the receipt, what would happen then? My neighbour says that you
      know every customer by name and need no receipt at all.
  - user: How long does it take until I have my money back?
    expect:
      - regex: '\\d+ (days|weeks)'
      - words: {{max: 120}}
  - Thank you. Sum up in one sentence what I have to do.
"""
