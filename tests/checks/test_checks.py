"""The names of checks."""

import pytest

from runner.checks import CHECKS, build, check_class, is_check, names


@pytest.mark.parametrize("name", names())
def test_every_name_leads_to_a_check_that_says_what_it_is(name: str) -> None:
    """Each name, `not-` or not, has a class with a sentence, and a schema of what it takes."""
    found = check_class(name)
    assert is_check(name)
    assert (found.__doc__ or "").endswith((".", ")."))
    assert found.form()


def test_an_unknown_name_gets_the_nearest() -> None:
    """A slip in a check's name is an error with the name that was perhaps meant."""
    with pytest.raises(ValueError, match="unknown check `contians`; did you mean `contains`"):
        build("contians", "x")
    assert not is_check("not-")
    assert len(names()) == 2 * len(CHECKS)
