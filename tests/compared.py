"""A comparison made by hand, for tests of what is made from it: a base with its twin, two treatments, a refused value."""

from typing import Any

from runner.core.comparison.compared import (
    Agreement,
    Cell,
    CellRole,
    Compared,
    Contrast,
    Diversity,
    Estimate,
    Paired,
    Place,
    Row,
    Stability,
    TurnNumbers,
)


def about(value: float | None, n: int, reach: float | None = None) -> Estimate:
    """A number with its interval, so far to both sides; without one where nothing is said."""
    if value is None or reach is None:
        return Estimate(value=value, n=n)
    return Estimate(value=value, low=max(0.0, value - reach), high=value + reach, n=n)


def contrast(difference: float, adjusted: float, **fields: Any) -> Contrast:
    """A cell held against the base."""
    verdict = "differs" if adjusted <= 0.05 else "undecided"
    data = {
        "difference": difference, "low": difference - 0.15, "high": difference + 0.15, "p": adjusted / 2,
        "p_adjusted": adjusted, "unit": "repeat", "items": 2, "trials": 20, "base_trials": 20,
        "detectable": 0.28, "verdict": verdict, "words": f"{difference:+.2f}",
    }  # fmt: skip
    return Contrast(**{**data, **fields})


def cell(label: str, role: CellRole, rate: float, same: float, adjusted: float | None, **fields: Any) -> Cell:
    """A cell that was played: ten trials of two items, two turns each."""
    turns = tuple(
        TurnNumbers(
            turn=turn,
            replies=20,
            pass_rate=about(rate, 20, 0.2),
            same_replies=about(max(0.0, same - turn / 5), 90),
            with_base=about(same / 2, 200),
            words=about(12.0 + 10 * turn, 20),
        )
        for turn in range(2)
    )
    data: dict[str, Any] = {
        "label": label, "value": float(label), "role": role, "status": "played", "trials": 20,
        "finished": 20, "measured": 20, "passed": round(20 * rate), "pass_rate": about(rate, 20, 0.2),
        "agreement": Agreement(
            same_replies=about(same / 2, 4), same_verdicts=about(same, 4), pairs=about(same, 180),
            with_base=about(same * 0.9, 400), diverges_at=2.0, never=about(same / 3, 2),
        ),
        "stability": Stability(mean=rate, a90=1.0, a10=rate / 2, unreliability=1.0 - rate / 2, n=20),
        "diversity": Diversity(
            unique=about(1 - same / 2, 40), distinct_1=about(0.5, 400), distinct_2=about(0.8, 360),
            similarity=about(0.4 + same / 2, 180),
        ),
        "words": about(17.0, 40), "characters": about(80.0, 40), "finish_reasons": {"stop": 38, "length": 2},
        "refusals": about(0.0, 40), "prompt_tokens": about(120.0, 20), "completion_tokens": about(60.0, 20),
        "cost_usd": 0.02, "cost_each": about(0.001, 20), "latency_s": about(0.8, 40, 0.1), "turns": turns,
        "contrast": None if adjusted is None else contrast(rate - 0.9, adjusted),
        "shifts": {} if adjusted is None else {"words": Paired(value=1.5, low=-1.0, high=4.0, items=2)},
    }  # fmt: skip
    return Cell(**{**data, **fields})


def row(name: str, scenario: str, case: str | None, rates: dict[str, tuple[CellRole, float]]) -> Row:
    """A scenario, or an item of it."""
    places = tuple(
        Place(
            label=label,
            role=role,
            trials=10,
            measured=10,
            passed=round(10 * rate),
            pass_rate=about(rate, 10, 0.2),
            pairs=about(rate / 2, 90),
            similarity=about(0.7, 90),
            difference=None if role == "base" else rate - 0.9,
            low=None if role == "base" else rate - 1.1,
            high=None if role == "base" else rate - 0.7,
            p_adjusted=None if role == "base" else 0.03,
        )
        for label, (role, rate) in rates.items()
    )
    return Row(id=name, scenario=scenario, case=case, places=places)


def compared(said: str = "") -> Compared:
    """The whole; `said` stands wherever an author, a model or a server may say something."""
    rates: dict[str, tuple[CellRole, float]] = {
        "0": ("base", 0.9),
        "0.7": ("treatment", 0.85),
        "1.5": ("treatment", 0.4),
    }
    refused = Cell(
        label=f"3{said}", value=3, role="treatment", status="unsupported", trials=20, unanswered=20,
        reason=f"the model refuses it: temperature must be at most 2{said}",
    )  # fmt: skip
    return Compared(
        by=f"temperature{said}",
        base="0",
        runs=(f"20261123-074000-refund-policy{said}",),
        items=2,
        repeats=10,
        seed=7,
        detectable=0.28,
        cells=(
            cell("0", "base", 0.9, 0.9, None),
            cell("0", "twin", 0.9, 0.88, 1.0),
            cell("0.7", "treatment", 0.85, 0.31, 0.7),
            cell("1.5", "treatment", 0.4, 0.02, 0.004),
            refused,
        ),
        by_scenario=(row(f"refund-policy{said}", f"refund-policy{said}", None, rates),),
        by_item=(
            row(f"refund-policy[case=kettle{said}]", "refund-policy", "kettle", rates),
            row(f"refund-policy[case=lamp{said}]", "refund-policy", "lamp", rates),
        ),
        sentences=(
            f"1.5 passes less often than 0: -50 points (-65 to -35), 20 trials each{said}",
            "0.7 and 0 could not be told apart",
        ),
        notes=(f"2 trials of 3 have no reply{said}",),
        cost_usd=0.08,
        seconds=42.0,
        command=f"runner compare refund.yaml --temperature 0,0.7,1.5,3{said}",
    )


def gappy() -> Compared:
    """The comparison with half of the trials of 1.5 without a reply, and all of them in its one scenario."""
    found = compared()
    held = contrast(-0.5, 0.001, words="More trials stay without a reply at 1.5.")
    cells = [
        *found.cells[:3],
        found.cells[3].model_copy(
            update={"answered": held, "is_gappy": True, "unanswered": 10, "finished": 10}
        ),
    ]
    [first, *rows] = found.by_scenario
    lost = {"unanswered": 10, "measured": 0, "passed": 0, "pass_rate": None, "p_adjusted": None}
    places = [*first.places[:-1], first.places[-1].model_copy(update=lost)]
    row = first.model_copy(update={"places": tuple(places)})
    return found.model_copy(update={"cells": (*cells, *found.cells[4:]), "by_scenario": (row, *rows)})
