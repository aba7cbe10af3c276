"""Who judges, out of nodes: the map under `judge` in a scenario; whether there is such a model is not known here."""

from typing import Any, Final

from runner.core.value import Json
from runner.formats.scenario.keys import JUDGE
from runner.formats.scenario.params import params
from runner.formats.scenario.reader import Reader
from runner.formats.source.nodes import Node

MOST_VOTES: Final = 99


def judge(reader: Reader, node: Node) -> dict[str, Json]:
    """What a scenario says of its judge."""
    table = reader.table(node, "judge", "a map of provider, model, params, prompt and votes")
    if table is None:
        return {}
    reader.known(table, "judge", JUDGE)
    entries, found = table.entries, dict[str, Any]()
    for name in ("provider", "model"):
        if name in entries and (word := reader.word(entries[name], f"judge.{name}")) is not None:
            found[name] = word
    if "prompt" in entries and (text := reader.text(entries["prompt"], "judge.prompt")) is not None:
        found["prompt"] = text.text
    if "params" in entries:
        found["params"] = params(reader, entries["params"], "judge.params")
    if "votes" in entries:
        found["votes"] = reader.whole(entries["votes"], "judge.votes", 1, MOST_VOTES)
    return found
