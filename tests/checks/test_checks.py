"""The names of checks."""

import subprocess
import sys

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


def test_large_libraries_are_loaded_by_who_needs_them() -> None:
    """Every class with its schema, and checks that need neither, load no library for JSON Schemas or paths."""
    lines = [
        "import sys",
        "from runner.checks import CHECKS, build, check_class",
        "[check_class(name).form() for name in (*CHECKS, 'capture')]",
        "build('tool-calls', {'name': 'a', 'arguments': {}})",
        "build('capture', {'name': 'a', 'regex': 'b'})",
        "print([name for name in ('jsonschema_rs', 'jsonpath', 'jsonschema') if name in sys.modules])",
    ]
    code = "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
