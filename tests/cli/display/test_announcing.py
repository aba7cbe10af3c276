"""The first lines of a comparison."""

from pathlib import Path

import pytest

from runner.cli.display.announcing import announcement, price
from runner.core.change import Changes
from runner.core.comparison.design import Design
from runner.operations.stage import Asked, Stage, stage

SETTINGS = """
provider = "one"
[providers.one]
base_url = "http://127.0.0.1:9/v1"
models = { main = "m" }
"""


def staged(folder: Path, settings: str = SETTINGS, **asked: object) -> Stage:
    (folder / "runner.toml").write_text(settings, encoding="utf-8")
    (folder / "a.yaml").write_text("turns: [Hi]\nparams: {max_tokens: 100}\nrepeat: 5\n", encoding="utf-8")
    changes = Changes(axes={"temperature": ("0", "1")})
    return stage(
        Asked.model_validate(
            {"paths": ("a.yaml",), "changes": changes, "design": Design(by="temperature"), **asked}
        ),
        folder,
        {},
    )


def test_it_says_what_is_held_against_what(tmp_path: Path) -> None:
    """Values, items, repeats, the twin; how much is sent; then what could not be shown."""
    first, second = announcement(staged(tmp_path))
    assert first == (
        "comparing temperature 0, 1 on 1 item, 5 trials each, and 0 once more (A/A): 1 scenario, 15 trials, 15 requests, "
        "what it costs is not known"
    )
    assert second == "the scenarios have no check: their replies are compared, pass rates are not"


def test_it_says_the_price(tmp_path: Path) -> None:
    """Where prices are known: of all trials, the twin's as well; in replay nothing is sent."""
    priced = SETTINGS + 'prices = { "m" = { input = 0, output = 1000 } }\n'
    assert price(staged(tmp_path, priced)) == "about $1.50"
    assert price(staged(tmp_path, priced, cassettes="tapes")) == "nothing is sent"
    local = staged(tmp_path, 'provider = "local"\n')
    assert price(local) == "at no cost"


@pytest.mark.parametrize("twin", [True, False])
def test_without_a_twin_none_is_told(tmp_path: Path, twin: bool) -> None:
    """The A/A pair is told only where it is played."""
    ready = staged(tmp_path, design=Design(by="temperature", twin=twin))
    assert ("(A/A)" in announcement(ready)[0]) == twin
