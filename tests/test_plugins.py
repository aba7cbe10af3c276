"""Checks that other packages bring."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from runner import checks, plugins
from runner.checks import build, check_class, is_check, names
from runner.core.check import Subject

HAIKU = """
    from runner.core.check import Check
    from runner.core.finding import Finding

    class Haiku(Check):
        \"\"\"Whether the reply has three lines.\"\"\"
        lines: int

        @classmethod
        def read(cls, spec):
            if not isinstance(spec, int):
                raise ValueError("`haiku` takes a number of lines")
            return cls(lines=spec)

        def judge(self, subject, answers=()):
            lines = len(subject.reply.text.splitlines())
            return Finding(outcome="passed" if lines == self.lines else "failed", reason=f"{lines} lines")

    NOTHING = 7
"""

Install = Callable[..., None]


@pytest.fixture(name="install")
def _install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """What puts a package with checks on the path; afterwards nothing of it is known."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(checks, "_more", [])
    plugins.find_checks.cache_clear()
    plugins.admit_checks()

    def install(package: str = "poetry-checks", source: str = HAIKU, **entries: str) -> None:
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        folder = tmp_path / f"{module}-1.0.dist-info"
        folder.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        (folder / "METADATA").write_text(metadata, encoding="utf-8")
        lines = [f"{name.replace('_', '-')} = {module}:{place}" for name, place in entries.items()]
        text = "[runner.checks]\n" + "\n".join(lines) + "\n"
        (folder / "entry_points.txt").write_text(text, encoding="utf-8")

    yield install
    plugins.find_checks.cache_clear()
    for name in [name for name in sys.modules if name.endswith("_checks")]:
        del sys.modules[name]


def test_a_check_of_another_package_is_one_like_any_other(install: Install) -> None:
    """It is known by its name, has its `not-` form, says what is wrong under it, and judges."""
    install(haiku="Haiku")
    assert is_check("haiku")
    assert is_check("not-haiku")
    assert {"haiku", "not-haiku"} <= set(names())
    check = build("haiku", 2)
    assert check.judge(Subject.alone("one\ntwo")).outcome == "passed"
    assert check.negate(check.judge(Subject.alone("one"))).outcome == "passed"
    with pytest.raises(ValueError, match="`haiku` takes a number of lines"):
        build("haiku", "x")
    with pytest.raises(ValueError, match="unknown check `haikus`; did you mean `haiku`"):
        build("haikus", 2)


def test_nothing_is_loaded_before_a_check_is_used(install: Install) -> None:
    """Neither by built-in names, nor by a typo, nor by the list of names."""
    install(source="raise RuntimeError('loaded')", haiku="Haiku")
    assert check_class("contains").__name__ == "Contains"
    assert plugins.find_checks.cache_info().currsize == 0
    assert not is_check("contians")
    assert is_check("haiku")
    assert "poetry_checks" not in sys.modules
    with pytest.raises(
        ValueError,
        match="the check `haiku` of the package `poetry-checks` cannot be loaded: RuntimeError: loaded",
    ):
        build("haiku", 2)


def test_letting_checks_in_costs_nothing() -> None:
    """No package is looked at, and what loads authors' code is not loaded, until an unknown name is met."""
    program = (
        "import sys; from runner.plugins import admit_checks, find_checks; admit_checks(); "
        "from runner.checks import check_class, is_check; check_class('not-contains'); "
        "print(find_checks.cache_info().misses, 'runner.checks.loading' in sys.modules); "
        "is_check('contians'); print(find_checks.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["0 False", "1"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "contains",
            "it brings a check `contains`, which is built in: its author has to call it something else",
        ),
        ("llm_rubric", "it brings a check `llm-rubric`, which is built in"),
        ("not_haiku", "it brings a check `not-haiku`, and every check has its `not-` form without saying so"),
        ("Haiku", "it brings a check `Haiku`, and a name is of small letters, digits and hyphens"),
    ],
)
def test_a_package_with_a_name_that_none_can_have_is_refused(install: Install, name: str, why: str) -> None:
    """To whoever uses a check of it: what a built-in name means never changes, and nobody else is bothered."""
    install(haiku="Haiku", **{name: "Haiku"})
    install("other-checks", limerick="Haiku")
    assert check_class("contains").__module__ == "runner.checks.text"
    with pytest.raises(ValueError, match=f"the package `poetry-checks` cannot be used: {why}"):
        build("haiku", 2)
    assert build("limerick", 2).judge(Subject.alone("one")).outcome == "failed"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("NOTHING", "is no check: `poetry_checks:NOTHING` should be a subclass of runner.Check"),
        ("Finding", "is no check: `poetry_checks:Finding` should be a subclass of runner.Check"),
        ("Haikus", "cannot be loaded: AttributeError"),
    ],
)
def test_what_is_no_check_is_refused(install: Install, place: str, why: str) -> None:
    """With the name of the package that brings it."""
    install(haiku=place)
    with pytest.raises(ValueError, match=f"the check `haiku` of the package `poetry-checks` {why}"):
        check_class("not-haiku")


def test_two_packages_with_one_name_are_refused(install: Install) -> None:
    """Which of them is meant is not for us to say."""
    install("a-checks", haiku="Haiku")
    install("b-checks", haiku="Haiku")
    with pytest.raises(ValueError, match="the packages `a-checks` and `b-checks` both bring a check `haiku`"):
        build("haiku", 2)


def test_a_check_without_plug_ins_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody let them in, no package is asked."""
    monkeypatch.setattr(checks, "_more", [])
    assert not is_check("haiku")
