"""The map under `gate` in a scenario, held against what a gate may say; whether it is met is not known here."""

from collections.abc import Iterable
from typing import Final

from runner.core.gates.gate import Gate, GateError, axes_of, only_complaints
from runner.core.gates.gate_spec import Fault
from runner.core.scenario import Scenario
from runner.core.value import Json
from runner.formats.scenario.reader import Reader, bounded
from runner.formats.source.nodes import MapNode, Node

KEY: Final = "gate"


def gate(reader: Reader, node: Node) -> dict[str, Json] | None:
    """What a scenario asks of its variants; None, and complaints, where that is no gate."""
    before = len(reader.problems)
    found: Json = reader.data(node, KEY)
    if len(reader.problems) > before:
        return None
    try:
        Gate.read(found)
    except GateError as error:
        _complain(reader, node, error.faults)
        return None
    return dict(found)


def confine(reader: Reader, node: Node, scenario: Scenario) -> None:
    """Complain about variants that the gate names and the scenario does not have: nothing would be gated."""
    if scenario.gate is not None:
        _complain(reader, node, only_complaints(Gate.read(scenario.gate), axes_of(scenario)))


def _complain(reader: Reader, node: Node, faults: Iterable[Fault]) -> None:
    """Complain about a gate, each fault at the key that it is about."""
    for fault in faults:
        place: Node = node
        table: Node | None = reader.resolved(node, KEY)
        for key in fault.keys:
            if not isinstance(table, MapNode) or key not in table.keys:
                break
            place, table = table.keys[key], reader.resolved(table.entries[key], KEY)
        reader.say(place, bounded(".".join((KEY, *fault.keys))), fault.message)
