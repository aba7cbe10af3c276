"""So much a minute."""

from hypothesis import given
from hypothesis import strategies as st

from runner.transports.rate import MINUTE_S, Rate


@given(st.integers(1, 50), st.lists(st.tuples(st.integers(1, 50), st.floats(0, 30)), max_size=60))
def test_no_minute_holds_more_than_allowed(limit: int, things: list[tuple[int, float]]) -> None:
    """Whatever comes, and whenever: within a minute no more is let out than allowed, unless one thing alone is more."""
    rate, now = Rate(limit), 0.0
    out: list[tuple[float, int]] = []
    for amount, pause in things:
        now += pause
        while (wait := rate.wait(amount, now)) > 0:
            assert wait <= MINUTE_S + 1e-6
            now += max(wait, 1e-6)
        rate.let_out(amount, now)
        out.append((now, amount))
    for when, amount in out:
        inside = sum(each for at, each in out if when - 60 < at <= when)
        assert inside <= max(limit, amount)


def test_lets_out_at_once_what_a_minute_allows() -> None:
    """What fits into a minute is not slowed down."""
    rate = Rate(60)
    for _ in range(60):
        assert rate.wait(1, 5.0) == 0
        rate.let_out(1, 5.0)
    assert rate.wait(1, 5.0) == MINUTE_S
    assert rate.wait(1, 35.0) == MINUTE_S - 30
    assert rate.wait(1, 5.0 + MINUTE_S) == 0


def test_what_turned_out_to_be_less_leaves_room() -> None:
    """Once it is known how much it was, the rest can be used by others; what is forgotten changes nothing."""
    rate = Rate(1000)
    first = rate.let_out(900, 0.0)
    assert rate.wait(500, 1.0) > 0
    rate.settle(first, 100)
    assert rate.wait(500, 1.0) == 0
    second = rate.let_out(500, 1.0)
    assert rate.wait(1000, 200.0) == 0
    rate.settle(second, 5000)
    assert rate.wait(1000, 200.0) == 0


def test_what_is_more_than_a_minute_allows_goes_alone() -> None:
    """A request of more tokens than a minute allows waits until nothing else counts, and is then let out."""
    rate = Rate(100)
    rate.let_out(1, 0.0)
    assert rate.wait(500, 10.0) == MINUTE_S - 10
    assert rate.wait(500, MINUTE_S) == 0
