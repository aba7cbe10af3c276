"""Cells held against the base by what passed: all items together, scenario by scenario, item by item; it writes no words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from runner.core.comparison.compared import Contrast, Place, Row
from runner.core.comparison.design import Expected, Item
from runner.core.comparison.observing import CellKey, Tried, refuses
from runner.core.comparison.summing import ByItem, Side, pairs_of, rate_of, similarity_of
from runner.core.statistics.paired import FEWEST_BLOCKS, Comparison, regression
from runner.core.statistics.power import detectable_here, fewest_blocks
from runner.core.statistics.significance import Block, benjamini_hochberg, holm

LEVEL = 0.95

Count = Callable[[Iterable[Tried]], tuple[int, int]]
"""What counts trials: how many of them are so, of how many that could be."""


def counts_of(trials: Iterable[Tried]) -> tuple[int, int]:
    """How many trials passed, of how many that were measured."""
    measured = [tried for tried in trials if tried.is_measured]
    return sum(tried.outcome == "passed" for tried in measured), len(measured)


def left_out(base: ByItem, cell: ByItem) -> list[str]:
    """The items of which only one of the two cells has a measured trial: no contrast holds them."""
    return [item for item in base if (counts_of(base[item])[1] > 0) != (counts_of(cell[item])[1] > 0)]


def answered_of(by: str) -> Count:
    """What counts the trials that were answered, of those that were asked; a value that a model refuses is none to answer."""

    def count(trials: Iterable[Tried]) -> tuple[int, int]:
        asked = [tried for tried in trials if tried.outcome != "unfinished" and not refuses(by, tried)]
        return sum(tried.outcome != "unanswered" for tried in asked), len(asked)

    return count


def _blocks(base: ByItem, cell: ByItem, count: Count) -> list[Block]:
    """Every item that was counted in both cells."""
    blocks = [Block(*count(trials), *count(cell[item])) for item, trials in base.items()]
    return [block for block in blocks if block.n_base and block.n_now]


def _hold(
    base: ByItem, cell: ByItem, alpha: float, count: Count = counts_of, fewest: int = FEWEST_BLOCKS
) -> tuple[Comparison, list[Block]] | None:
    """The cell held against the base; None where no item was counted in both."""
    blocks = _blocks(base, cell, count)
    if not blocks:
        return None
    return regression(blocks, alpha, LEVEL, fewest=fewest), blocks


def fewest_of(expected: Expected) -> int:
    """How many items stand for others where so many values are tried."""
    return fewest_blocks(expected.alpha, max(1, len(expected.cells) - 1))


def answered_against(expected: Expected, sides: Mapping[CellKey, Side]) -> dict[CellKey, Contrast]:
    """Every cell by what was answered; none where every trial was, in it and in the base."""
    found = contrasts_of(expected, sides, answered_of(expected.by))
    all_answered = {
        key: not any(tried.outcome == "unanswered" for tried in side.all) for key, side in sides.items()
    }
    base = all_answered[expected.base, "base"]
    return {key: held for key, held in found.items() if not (base and all_answered[key])}


def contrasts_of(
    expected: Expected, sides: Mapping[CellKey, Side], count: Count = counts_of
) -> dict[CellKey, Contrast]:
    """Every cell that can be held against the base, by what passed or by what else is counted; Holm over the treatments."""
    base, fewest = sides[expected.base, "base"].trials, fewest_of(expected)
    found = {
        key: held
        for key, side in sides.items()
        if key[1] != "base" and (held := _hold(base, side.trials, expected.alpha, count, fewest)) is not None
    }
    treatments = [key for key in found if key[1] == "treatment"]
    adjusted = dict(zip(treatments, holm([found[key][0].p_two_sided for key in treatments]), strict=True))
    return {
        key: _contrast(
            result,
            blocks,
            adjusted.get(key, result.p_two_sided),
            expected,
            tests=1 if key[1] == "twin" else len(treatments),
        )
        for key, (result, blocks) in found.items()
    }


def _contrast(
    result: Comparison, blocks: Sequence[Block], p_adjusted: float, expected: Expected, *, tests: int
) -> Contrast:
    """A test as it is told."""
    margin, reach = expected.margin, max(abs(result.low), abs(result.high))
    equivalent = margin is not None and reach <= margin
    return Contrast(
        difference=result.difference,
        low=result.low,
        high=result.high,
        p=result.p_two_sided,
        p_adjusted=p_adjusted,
        unit="item" if result.unit == "block" else "repeat",
        items=result.blocks,
        trials=sum(block.n_now for block in blocks),
        base_trials=sum(block.n_base for block in blocks),
        rate=sum(block.passed_now / block.n_now for block in blocks) / len(blocks),
        base_rate=sum(block.passed_base / block.n_base for block in blocks) / len(blocks),
        detectable=detectable_here(blocks, expected.alpha, tests),
        verdict="differs" if p_adjusted <= expected.alpha else "equivalent" if equivalent else "undecided",
    )


def by_item(expected: Expected, sides: Mapping[CellKey, Side]) -> tuple[Row, ...]:
    """Every item with every cell on it."""
    rows = [
        (Row(id=item.id, scenario=item.scenario, case=item.case, variant=item.variant), [item.id])
        for item in expected.items
    ]
    return _rows(rows, expected, sides)


def by_scenario(expected: Expected, sides: Mapping[CellKey, Side]) -> tuple[Row, ...]:
    """Every scenario with every cell on it."""
    order = {
        name: place for place, name in enumerate(dict.fromkeys(item.scenario for item in expected.items))
    }
    items: list[Item] = sorted(expected.items, key=lambda item: order[item.scenario])
    rows = [
        (Row(id=name, scenario=name), [item.id for item in group])
        for name, group in groupby(items, key=lambda item: item.scenario)
    ]
    return _rows(rows, expected, sides)


def _rows(
    rows: Sequence[tuple[Row, list[str]]], expected: Expected, sides: Mapping[CellKey, Side]
) -> tuple[Row, ...]:
    """Rows with their places; p values after Benjamini-Hochberg over rows and treatments, the twin's by themselves."""
    held: dict[tuple[int, CellKey], Comparison] = {}
    parts = {key: side.parted([items for _, items in rows]) for key, side in sides.items()}
    for number, base in enumerate(parts[expected.base, "base"]):
        for key, own in parts.items():
            result = None if key[1] == "base" else _hold(base.trials, own[number].trials, expected.alpha)
            if result is not None:
                held[number, key] = result[0]
    adjusted: dict[tuple[int, CellKey], float] = {}
    for are_twins in (False, True):
        places = [place for place in held if (place[1][1] == "twin") == are_twins]
        ps = benjamini_hochberg([held[place].p_two_sided for place in places])
        adjusted.update(zip(places, ps, strict=True))
    return tuple(
        row.model_copy(
            update={
                "places": tuple(
                    _place(
                        expected.by, key, own[number], held.get((number, key)), adjusted.get((number, key))
                    )
                    for key, own in parts.items()
                )
            }
        )
        for number, (row, _) in enumerate(rows)
    )


def _place(by: str, key: CellKey, side: Side, held: Comparison | None, p_adjusted: float | None) -> Place:
    """One cell on some items."""
    passed, measured = counts_of(side.all)
    units = list(side.units.values())
    return Place(
        label=key[0],
        role=key[1],
        trials=len(side.all),
        unanswered=sum(tried.outcome == "unanswered" and not refuses(by, tried) for tried in side.all),
        measured=measured,
        passed=passed,
        pass_rate=rate_of(side.trials),
        pairs=pairs_of(side.trials, units),
        similarity=similarity_of(side.trials, units),
        difference=None if held is None else held.difference,
        low=None if held is None else held.low,
        high=None if held is None else held.high,
        p_adjusted=p_adjusted,
    )
