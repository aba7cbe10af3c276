"""Links within a page: to the conversations of a scenario, a case, a variant; the script reads what stands after `#`."""

from collections.abc import Mapping
from urllib.parse import urlencode

from runner.core.harmless import harmless
from runner.core.places import spelled
from runner.core.value import Json


def conversations_at(
    scenario: str,
    case: str | None = None,
    variant: Mapping[str, Json] | None = None,
    repeats: tuple[int, int] | None = None,
) -> str:
    """The address, within the page, of the conversations of a scenario, those of a case, a variant, some repeats alone."""
    chosen = {"scenario": scenario}
    if case is not None:
        chosen["case"] = case
    chosen |= {f"axis.{axis}": spelled(value) for axis, value in (variant or {}).items()}
    if repeats is not None:
        chosen["repeats"] = f"{repeats[0]}-{repeats[1]}"
    return f"#{urlencode({harmless(name): harmless(value) for name, value in chosen.items()})}"
