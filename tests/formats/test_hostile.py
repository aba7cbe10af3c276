"""Files that nobody would write on purpose: loading ends soon, and with a complaint instead of a traceback."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import NothingToPlayError, ProblemsError
from runner.formats.native import load

GOOD = Path(__file__).parent.parent / "scenarios" / "good"
FILES = sorted(GOOD.glob("*.yaml"))
ENVIRON = {"CRM_TOKEN": "s3cret", "HOME_PAGE": "example"}
PIECES = st.sampled_from(
    [
        *(
            b"\t",
            b" ",
            b"  ",
            b"\n",
            b"\n\n",
            b":",
            b": ",
            b"- ",
            b"-",
            b"#",
            b" #",
            b"&a ",
            b"*a",
            b"{{",
            b"}}",
            b"{",
            b"}",
        ),
        *(
            b"[",
            b"]",
            b"'",
            b'"',
            b"|",
            b">",
            b"!",
            b"%",
            b"@",
            b"`",
            b"? ",
            b"<<: ",
            b"---\n",
            b"...\n",
            b"\\",
            b",",
        ),
        *(
            b"{$file: spellings.yaml}",
            b"$file: ",
            b"include: ",
            b"extends: ",
            b"null",
            b"~",
            b".inf",
            b"1e999",
            b"\0",
        ),
        *(
            b"\xff",
            b"\xed\xa0\x80",
            b"\xe2\x80\xa8",
            b"\xef\xbb\xbf",
            b"\r",
            b"every",
            b"expect:",
            b"vars.",
            b"params.",
        ),
    ]
)
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES | st.binary(max_size=3)), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(GOOD, Path(place) / "good")
        yield Path(place) / "good"


def complaint(path: Path) -> str:
    """What loading a file ends with: its complaint, or the word that there is none."""
    try:
        return f"{len(load([path], ENVIRON))} scenarios"
    except (ProblemsError, NothingToPlayError) as error:
        return str(error)


@given(st.sampled_from(FILES), EDITS)
def test_a_damaged_file_is_a_problem_or_a_scenario(
    folder: Path, file: Path, edits: list[tuple[float, int, bytes]]
) -> None:
    """Whatever is cut out of a good file and put in its place, loading it ends with scenarios or with problems."""
    raw = file.read_bytes()
    for place, cut, piece in edits:
        start = int(place * len(raw))
        raw = raw[:start] + piece + raw[start + cut :]
    target = folder / "mutant.yaml"
    target.write_bytes(raw)
    assert complaint(target)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_problem_or_a_scenario(folder: Path, raw: bytes) -> None:
    """Bytes that are no scenario at all are refused as such."""
    target = folder / "mutant.yaml"
    target.write_bytes(raw)
    assert complaint(target)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 2_000_000,
        "{a: " * 1_000_000,
        "- " * 2_000_000,
        "? " * 2_000_000,
        "- a\n" * 1_000_000,
        "a: b\n" * 500_000,
        "".join(f"k{number}: v\n" for number in range(200_000)),
        "turns:\n" + "".join(f"  - {{usr{number}: x}}\n" for number in range(40_000)),
        "turns: [x]\nmatrix:\n" + "".join(f"  temperatur{number}: [1]\n" for number in range(40_000)),
        "turns: [x]\nvars:\n"
        + "".join(f"  v{number}: x\n" for number in range(40_000))
        + "matrix: {unknwn: [1]}\n",
        '"a\n' * 1_000_000,
        "'" * 1_000_001,
        "%TAG !a! b\n" * 300_000,
        "# comment\n" * 400_000,
        "&a " * 500_000,
        f"turns: [x]\nvars:\n  {BOMB}".replace("\n", "\n  "),
        "a: &a {" + ", ".join(f"k{n}: v" for n in range(2_000)) + "}\nb:\n" + "  - {<<: *a}\n" * 20_000,
        "turns:\n  - " + "{{ " * 1_000_000,
        "turns:\n  - " + "x #y " * 500_000,
        "turns:\n  - '" + "{{ x }}" * 500_000 + "'\n",
        "k" * 3_000_000 + ": x\nturns: [Hello]\n",
        "!" * 3_000_000,
        "repeat: " + "9" * 100_000 + "\nturns: [Hello]\n",
        "params: {seed: " + "9" * 100_000 + "}\nturns: [Hello]\n",
    ],
    ids=lambda text: text[:12].strip(),
)
def test_work_is_bounded(tmp_path: Path, text: str) -> None:
    """Megabytes of nesting, aliases, quotes or slips are refused within seconds."""
    (tmp_path / "a.yaml").write_bytes(text.encode())
    begun = time.monotonic()
    with pytest.raises(ProblemsError) as caught:
        load([tmp_path / "a.yaml"], {})
    assert time.monotonic() - begun < 20
    assert len(str(caught.value)) < 1_000_000


def test_a_circle_of_files_ends(tmp_path: Path) -> None:
    """Files that include, extend or read each other in a ring are refused, however the ring is made."""
    (tmp_path / "a.yaml").write_text("extends: b.yaml\nturns:\n  - include: b.yaml\n")
    (tmp_path / "b.yaml").write_text("turns: {$file: c.yaml}\nvars: {$file: a.yaml}\n")
    (tmp_path / "c.yaml").write_text("- include: a.yaml\n- {$file: c.yaml}\n")
    for name in ("a", "b", "c"):
        with pytest.raises(ProblemsError):
            load([tmp_path / f"{name}.yaml"], {})


def test_a_device_is_no_file(tmp_path: Path) -> None:
    """Only ordinary files are read: a device could go on for ever."""
    (tmp_path / "a.yaml").write_text("system: {$file: /dev/zero}\nturns: [Hello]\n")
    with pytest.raises(ProblemsError, match=r"is not an ordinary file|does not exist"):
        load([tmp_path / "a.yaml"], {})
