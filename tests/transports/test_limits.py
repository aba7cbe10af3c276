"""What all requests to one provider share."""

from runner.transports.limits import Limit, Pace
from runner.transports.rate import MINUTE_S


def test_the_longest_order_to_wait_holds() -> None:
    """The gate is closed until the last of all moments that were named, and open from then on."""
    now = 100.0
    limit = Limit(1, clock=lambda: now)
    assert limit.closed_for() == 0
    limit.close(10, "rate limited")
    limit.close(3, "rate limited again")
    assert limit.closed_for() == 10
    assert limit.reason == "rate limited again"
    now += 9
    assert limit.closed_for() == 1
    now += 5
    assert limit.closed_for() == 0


def test_both_rates_must_allow_it() -> None:
    """A request waits for whichever rate takes longer, and is told which; without rates nothing waits."""
    now = 0.0
    limit = Limit(1, requests_per_minute=2, tokens_per_minute=1_000, clock=lambda: now)
    assert limit.is_paced
    assert limit.pace(700) is None
    passed = limit.let_out(700)
    assert limit.pace(700) == Pace(MINUTE_S, "1,000 tokens a minute are allowed")
    limit.settle(passed, 10)
    assert limit.pace(700) is None
    limit.let_out(10)
    assert limit.pace(10) == Pace(MINUTE_S, "2 requests a minute are allowed")
    now += MINUTE_S
    assert limit.pace(700) is None
    assert not Limit(1).is_paced
    assert Limit(1).pace(10**9) is None


def test_guesses_that_were_too_low_are_corrected() -> None:
    """Where answers take four times as many tokens as was guessed, further ones are taken to; fewer change nothing."""
    now = 0.0
    limit = Limit(1, tokens_per_minute=1_000, clock=lambda: now)
    limit.settle(limit.let_out(100), 400, 100)
    assert limit.pace(150) is None
    assert limit.pace(151) is not None
    limit.settle(limit.let_out(100), 0, 100)
    now += MINUTE_S
    assert limit.pace(500) is None
    limit = Limit(1, tokens_per_minute=1_000, clock=lambda: now)
    limit.settle(limit.let_out(400), 100, 400)
    assert limit.pace(900) is None
    assert limit.pace(901) is not None
