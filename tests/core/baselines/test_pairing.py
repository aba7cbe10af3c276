"""Runs beside their baselines, and values of an axis beside each other."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from random import Random

import pytest

import runner.core.baselines.regression
from runner.core.assessment import Change, Comparison
from runner.core.baselines.pairing import compare_baseline, compare_inside, discordance_in, foresee
from runner.core.measuring import Measured
from runner.core.statistics.paired import detectable, regression
from runner.core.statistics.significance import benjamini_hochberg, holm
from runner.core.value import Json
from tests.blocks import ASKED, CHECK, asked_by, baseline, block, by_id

WARM = "pppppppppp"


def held(now: list[Measured], then: list[Measured], **how: object) -> Comparison:
    """A run beside the baseline that blocks make."""
    blocks = by_id(*now)
    given: dict[str, object] = {"alpha": 0.05, "gate_blocks": False, "asked": asked_by(blocks), **how}
    baselines = {"talk": baseline(*then)} if then else {}
    return compare_baseline(blocks, baselines=baselines, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("letters", "before", "said", "change"),
    [
        ("ppff", "pppf", "well", "newly failing"),
        ("pppp", "pppf", "well", "newly passing"),
        ("pppf", "pppf", "well", "still failing"),
        ("fppp", "pppf", "well", "still failing"),
        ("pppp", "pppp", "other", "changed"),
        ("pppp", "pppp", "well", "unchanged"),
        ("ppp", "pppp", "well", "unchanged"),
    ],
)
def test_what_became_of_a_block(letters: str, before: str, said: str, change: Change) -> None:
    """It fails more, or less; fails as before; says other words; or is what it was. A lost trial is none of these."""
    [pair] = held([block(letters, said=said)], [block(before)]).pairs
    assert pair.change == change
    assert (pair.passed, pair.trials) == (letters.count("p"), len(letters))
    assert (pair.base_passed, pair.base_trials) == (before.count("p"), len(before))


@pytest.mark.parametrize(
    ("letters", "before", "how"),
    [
        ("pppf", "pppp", {"replayed": True}),
        ("fppp", "pppf", {"replayed": True}),
        ("f", "p", {"cold": True}),
        ("f", "p", {"cold": True, "replayed": True}),
    ],
)
def test_where_chance_has_no_part_one_trial_is_a_regression(
    letters: str, before: str, how: dict[str, bool]
) -> None:
    """Replayed, or once at temperature 0, on both sides: any trial that newly fails, were another one to pass instead."""
    found = held([block(letters, **how)], [block(before, **how)])  # type: ignore[arg-type]
    assert (found.verdict, found.rule, found.p) == ("failed", "replayed", None)
    assert found.reason == "1 newly failing trial"
    assert found.pairs[0].change == "newly failing"
    same = held([block(before, **how)], [block(before, **how)])  # type: ignore[arg-type]
    assert (same.verdict, same.reason) == ("passed", "no trial is newly failing")


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ({"cold": True}, {}),
        ({"replayed": True}, {"cold": True}),
        ({}, {"replayed": True}),
    ],
)
def test_one_side_that_repeats_itself_is_not_enough(now: dict[str, bool], before: dict[str, bool]) -> None:
    """Several trials at temperature 0, or a recording against what was drawn, are tested: one trial is no regression."""
    found = held([block("pppf", **now)], [block("pppp", **before)])  # type: ignore[arg-type]
    assert (found.verdict, found.rule) == ("passed", "test")
    assert found.p == pytest.approx(0.5)


def test_what_is_drawn_is_tested_one_sided() -> None:
    """Its p, difference and interval are those of the test; better than before is never a regression."""
    worse = held([block("pppppfffff")], [block(WARM)])
    expected = regression([(10, 10, 5, 10)])  # type: ignore[list-item]
    assert (worse.p, worse.difference) == (expected.p, expected.difference)
    assert (worse.low, worse.high, worse.level) == (expected.low, expected.high, 0.95)
    assert (worse.verdict, worse.unit, worse.reason) == ("failed", "repeat", "it got worse")
    better = held([block(WARM)], [block("pppppfffff")])
    assert (better.verdict, better.reason) == ("passed", "no regression was found")
    assert held([block("pppppfffff")], [block(WARM)], alpha=0.001).verdict == "passed"


def test_six_blocks_speak_for_others() -> None:
    """From six blocks on, played equally often, the block is the unit."""
    now = [block("ppf", f"b{at}") for at in range(6)]
    found = held(now, [block("ppp", f"b{at}") for at in range(6)])
    assert (found.unit, found.verdict, found.p) == ("block", "failed", 1 / 64)
    assert held(now[:5], [block("ppp", f"b{at}") for at in range(5)]).unit == "repeat"


BAD = [block("pppppfffff", "b0"), *(block(WARM, f"b{at}") for at in range(1, 12))]
FINE = [block(WARM, f"b{at}") for at in range(12)]


def test_single_blocks_are_listed_and_gate_on_request_alone() -> None:
    """One of a dozen got worse: Benjamini-Hochberg lists it; Holm, asked for, fails it at half of alpha."""
    found = held(BAD, FINE, alpha=0.2)
    assert found.verdict == "passed"
    ps = [pair.p for pair in found.pairs]
    assert ps[0] == pytest.approx(0.01625, abs=1e-5)
    assert ps[1:] == [1.0] * 11
    known = [p for p in ps if p is not None]
    assert [pair.p_adjusted for pair in found.pairs] == pytest.approx(benjamini_hochberg(known))
    # 12 times 0.01625 is above half of 0.2, and below half of 0.45.
    assert held(BAD, FINE, alpha=0.2, gate_blocks=True).verdict == "passed"
    gated = held(BAD, FINE, alpha=0.45, gate_blocks=True)
    assert [pair.p_adjusted for pair in gated.pairs] == pytest.approx(holm(known))
    assert (gated.verdict, gated.reason) == ("failed", "1 block got worse")
    assert gated.alpha == 0.225


def test_what_all_blocks_show_together_is_a_regression_also_where_blocks_gate() -> None:
    """`gate_blocks` adds a way to fail and takes none away: many small drops are still one regression."""
    now, then = [block("pppf", f"b{at}") for at in range(12)], [block("pppp", f"b{at}") for at in range(12)]
    assert held(now, then, gate_blocks=True).verdict == "failed"
    assert held([block("pppppfffff")], [block(WARM)], gate_blocks=True).alpha == 0.05


def test_a_block_that_repeats_itself_is_not_outvoted() -> None:
    """Among blocks that are drawn and did not change, one newly failing trial of a recording is a regression."""
    now = [block("f", "cold", cold=True), *FINE]
    found = held(now, [block("p", "cold", cold=True), *FINE])
    assert (found.verdict, found.rule) == ("failed", "test")
    assert found.reason == (
        "1 newly failing trial in 1 block that repeats itself; no regression was found in the 12 others"
    )
    assert [pair.p is None for pair in found.pairs] == [True, *[False] * 12]


@pytest.mark.parametrize(
    ("now", "then", "why"),
    [
        (block("f"), [], "unpaired: talk has no baseline yet"),
        (
            block("f", "talk[t=1]", variant={"t": 1}),
            [block("p")],
            "unpaired: axis t is new in talk",
        ),
        (
            block("f"),
            [block("p", "talk[t=1]", variant={"t": 1})],
            "unpaired: axis t of the baseline is gone in talk",
        ),
        (
            block("f", "talk[case=b]", case="b"),
            [block("p", "talk[case=a]", case="a")],
            "unpaired: case b is new in talk",
        ),
        (
            block("f", "talk[t=2]", variant={"t": 2}),
            [block("p", "talk[t=1]", variant={"t": 1})],
            "unpaired: talk[t=2] is new",
        ),
        (block("uu"), [block("pp")], "unpaired: talk: nothing was measured on one of the two sides"),
        (block("pp"), [block("nn")], "unpaired: talk: nothing was measured on one of the two sides"),
    ],
)
def test_a_block_without_a_partner_is_named_and_nothing_is_known_of_it(
    now: Measured, then: list[Measured], why: str
) -> None:
    """Why it has none is a sentence; where nothing at all is paired, the comparison is undecided."""
    alone = held([now], then)
    assert why in alone.unpaired
    assert (alone.verdict, alone.pairs, alone.p) == ("undecided", (), None)
    assert "nothing could be paired" in alone.reason
    beside = held([now, block("pp", "other")], [*then, block("pp", "other")])
    assert beside.verdict == "passed"
    assert [pair.block for pair in beside.pairs] == ["other"]


def test_what_the_baseline_alone_has_is_named_where_all_is_played() -> None:
    """A case that is gone is told; a subset leaves blocks out on purpose, and tells of none."""
    now = [block("p", "talk[case=a]", case="a")]
    then = [*now, block("p", "talk[case=b]", case="b")]
    gone = "gone: case b of talk is in the baseline, and is not played any more"
    assert held(now, then).unpaired == (gone,)
    assert held(now, then, is_whole=False).unpaired == ()
    planned = {**asked_by(by_id(*now)), "talk[case=b]": ASKED}
    assert held(now, then, asked=planned).unpaired == ()  # planned, and not come to


def test_other_words_and_other_models_are_named() -> None:
    """What is sent in other words, and who answered then and now, stand beside the numbers, and fail nothing."""
    found = held([block("pp", model="m-2")], [block("pp")], plays={"talk": "other words"})
    assert found.verdict == "passed"
    assert found.unpaired == (
        "talk: prompt, turns, params or model are not what was accepted, in 1 block",
        "talk: the baseline was answered by m-1, this run by m-2",
    )
    assert held([block("pp")], [block("pp")], plays={"talk": "as it was"}).unpaired == ()


NEW = "turn 1: words"


def test_only_the_checks_that_both_have_are_compared() -> None:
    """A trial that failed a new check alone counts as passed here; the new one and the changed one are named."""
    asked = {CHECK: ASKED[CHECK], NEW: "n"}
    now = [block("ffff", fails=dict.fromkeys((1, 2, 3), (NEW,)) | {4: (NEW, CHECK)})]
    found = held(now, [block("pppf")], asked=asked_by(by_id(*now), asked))
    [pair] = found.pairs
    assert (pair.passed, pair.base_passed, pair.change) == (3, 3, "still failing")
    assert found.unpaired == (f"talk: not compared, since new or changed: `{NEW}`",)
    gone = compare_baseline(
        by_id(*now),
        asked_by(by_id(*now)),
        {"talk": baseline(block("ffff", fails=dict.fromkeys((1, 2, 3, 4), (NEW,))), asked=asked)},
        alpha=0.05,
        gate_blocks=False,
    )
    assert gone.unpaired == (f"talk: not compared, since gone or changed: `{NEW}`",)
    assert (gone.pairs[0].passed, gone.pairs[0].base_passed) == (3, 4)


def test_a_check_that_asks_something_else_now_is_another_check() -> None:
    """Under the same name it is compared with nothing; where no check is left, the block has no partner."""
    found = held([block("ffff")], [block("pppp")], asked={"talk": {CHECK: "something else"}})
    assert found.verdict == "undecided"
    assert found.unpaired == (
        f"talk: not compared, since new or changed: `{CHECK}`",
        "unpaired: talk: none of its checks is in the baseline",
    )


def test_a_trial_that_failed_without_a_check_counts_whatever_checks_are_common() -> None:
    """A turn that could not be said fails its trial, and no check that is new explains that away."""
    now = [block("f" * 4, fails=dict.fromkeys((1, 2, 3, 4), ()))]
    found = held(now, [block("pppp")], asked={"talk": {**ASKED, NEW: "n"}})
    assert (found.pairs[0].passed, found.verdict) == (0, "failed")


def test_many_checks_are_counted_not_listed() -> None:
    """A sentence names five of them."""
    asked = {**ASKED, **{f"turn {at}: words": "n" for at in range(1, 8)}}
    [told] = held([block("pp")], [block("pp")], asked={"talk": asked}).unpaired
    assert told.endswith("and 2 more")
    assert told.count("`") == 10


# Values of an axis inside one run.


def at(system: str, letters: str, case: str | None = None, **more: Json) -> Measured:
    variant = {**more, "system": system}
    name = f"talk[{','.join(f'{key}={value}' for key, value in {'case': case, **variant}.items())}]"
    return block(letters, name, case=case, variant=variant)


def inside(*blocks: Measured, alpha: float = 0.05, gate_blocks: bool = False) -> list[Comparison]:
    return compare_inside(by_id(*blocks), "system", "v1", alpha=alpha, gate_blocks=gate_blocks)


def test_variants_are_paired_by_all_but_the_axis() -> None:
    """Each block stands beside the one of the same scenario, case and other axes; what has none is named."""
    [found] = inside(
        at("v2", "pp", "a", t=0),
        at("v1", "pp", "a", t=0),
        at("v1", "pp", "a", t=1),
        at("v2", "pp", "b", t=1),
        block("ff", "other"),
    )
    assert found.title == "system=v2 against system=v1"
    assert [(pair.block, pair.base) for pair in found.pairs] == [
        ("talk[case=a,t=0,system=v2]", "talk[case=a,t=0,system=v1]")
    ]
    assert found.unpaired == (
        "unpaired: talk[case=b,t=1,system=v2] has nothing measured beside it at system=v1",
    )


def test_several_values_count_with_each_other() -> None:
    """The drop that is one in itself is none among three values (Holm); a clearer one is."""
    just, base = "ppppppffff", at("v1", WARM)
    [alone] = inside(at("v2", just), base)
    assert alone.verdict == "failed"
    assert alone.p is not None
    assert 0.05 / 3 < alone.p <= 0.05
    three = inside(at("v2", just), at("v3", WARM), at("v4", WARM), base)
    assert [each.verdict for each in three] == ["passed"] * 3
    assert three[0].reason == "it got worse by itself, but not where 3 comparisons are made"
    assert three[0].p == alone.p
    clear = inside(at("v2", "ffffffffff"), at("v3", WARM), at("v4", WARM), base)
    assert [each.verdict for each in clear] == ["failed", "passed", "passed"]


def test_a_value_that_is_alone_is_undecided() -> None:
    """Without anything measured at the value that it is held against, nothing is known."""
    [found] = inside(at("v2", "pp"), at("v1", "uu"))
    assert (found.verdict, found.pairs) == ("undecided", ())


@pytest.mark.parametrize("count", [1, 3, 6, 8])
def test_turned_round_signs_change_and_nothing_else(count: int) -> None:
    """Now and then exchanged: the difference and its ends change their signs; what newly failed newly passes."""
    chance = Random(count)
    names = [f"b{place}" for place in range(count)]

    def side() -> list[Measured]:
        return [block("".join(chance.choices("pppf", k=6)), name) for name in names]

    for _ in range(5):
        one, two = side(), side()
        there, back = held(one, two), held(two, one)
        assert there.difference == pytest.approx(-(back.difference or 0))
        assert (there.low, there.high) == pytest.approx((-(back.high or 0), -(back.low or 0)))
        turned = {"newly failing": "newly passing", "newly passing": "newly failing"}
        assert [turned.get(pair.change, pair.change) for pair in back.pairs] == [
            pair.change for pair in there.pairs
        ]


DESIGNS: list[tuple[int, int, Callable[[Random], float]]] = [
    (1, 5, lambda _: 0.5),
    (2, 10, lambda chance: chance.choice((0.5, 0.9))),
    (4, 5, lambda _: 0.7),
    (7, 4, lambda chance: chance.random()),
    (10, 2, lambda _: 0.5),
]


@pytest.mark.parametrize("gate_blocks", [False, True])
def test_what_did_not_change_is_called_a_regression_no_more_often_than_alpha(
    monkeypatch: pytest.MonkeyPatch, *, gate_blocks: bool
) -> None:
    """Over 2,000 pairs of runs of the same rates, the upper 95 % limit of the false alarms is alpha + .01 at most."""
    # The interval plays no part in the verdict, and drawing it takes most of the time.
    monkeypatch.setattr(runner.core.baselines.regression, "regression", partial(regression, resamples=1))
    chance, pairs, alarms = Random(20261122), 2_000, 0
    for pair in range(pairs):
        count, trials, rate = DESIGNS[pair % len(DESIGNS)]
        rates = [rate(chance) for _ in range(count)]
        now, then = (
            [
                block("".join("p" if chance.random() < each else "f" for _ in range(trials)), f"b{place}")
                for place, each in enumerate(rates)
            ]
            for _ in range(2)
        )
        alarms += held(now, then, gate_blocks=gate_blocks).verdict == "failed"
    assert alarms > pairs * 0.005, "a test that never fails finds nothing"
    beta = import_module("scipy.stats").beta
    assert beta.ppf(0.95, alarms + 1, pairs - alarms) <= 0.05 + 0.01


# What could be seen.


def test_the_drop_that_could_be_seen_is_told_beforehand() -> None:
    """Blocks, trials, points, and what is assumed of how often trials disagree; nothing where nothing is paired."""
    told = foresee(4, 5)
    assert told.startswith(
        "with 4 blocks of 5 trials, a drop of about 28 points in every block would be seen"
    )
    assert told.endswith("where trials disagree in one of five")
    assert foresee(4, 5, 0.05).endswith("as often as they did for the baseline")
    assert round(100 * detectable(20, 0.05)) == 14
    assert "a drop of about 14 points" in foresee(4, 5, 0.05)
    assert foresee(1, 1) == "with 1 block of 1 trial, no drop could be seen for sure"
    assert foresee(0, 5) == foresee(5, 0) == ""


def test_how_often_trials_disagreed_is_known_of_what_was_accepted_several_times() -> None:
    """Cells of one trial say nothing of it."""
    assert discordance_in([baseline(block("pf", "a"))]) == pytest.approx(0.5)
    assert discordance_in([baseline(block("p", "a"))]) is None
    assert discordance_in([]) is None
