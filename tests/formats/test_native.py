"""Scenario files as they are loaded: the good ones whole, the bad ones with exactly the complaint they must get."""

import os
from pathlib import Path

import pytest

from runner.checks import build
from runner.core.matrix import Variants, expand
from runner.core.scenario import Scenario
from runner.errors import NothingToPlayError, ProblemsError
from runner.formats.native import load

SCENARIOS = Path(__file__).parent.parent / "scenarios"
BAD = sorted(path.name for path in (SCENARIOS / "bad").glob("[!_]*.yaml"))
ENVIRON = {"CRM_TOKEN": "s3cret", "HOME_PAGE": "example"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str | bytes) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())


def complaints(*paths: str) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        load(paths, {})
    return str(caught.value).splitlines()


def one(path: str) -> Scenario:
    (scenario,) = load([path], ENVIRON)
    return scenario


def variants(scenario: Scenario) -> Variants:
    return expand(scenario, lambda provider, model: (provider or "p", model or "m"), build)


def said(scenario: Scenario) -> list[object]:
    return [line.message["content"] for line in variants(scenario)[0].turns]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_exactly_its_complaint(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file in scenarios/bad is refused with the words, and at the lines, of the .txt file beside it."""
    monkeypatch.chdir(SCENARIOS / "bad")
    expected = Path(name).with_suffix(".txt").read_text("utf-8")
    assert "\n".join(complaints(name)) + "\n" == expected


def test_all_problems_of_all_files_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the folder of bad files raises one error that holds every complaint of every file."""
    monkeypatch.chdir(SCENARIOS)
    with pytest.raises(ProblemsError) as caught:
        load(["bad"], {})
    blamed = {problem.path for problem in caught.value.problems}
    assert {f"bad/{name}" for name in BAD} - blamed <= {"bad/includes-circle.yaml", "bad/cases-bad-csv.yaml"}


def test_the_good_files_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is read in the order of its names, without bases, fragments and tables."""
    monkeypatch.chdir(SCENARIOS)
    names = [scenario.name for scenario in load(["good"], ENVIRON)]
    assert names == ["bundles", "refund-policy", "parts", "several", "second", "third", "spellings", "table"]


def test_everything_comes_together() -> None:
    """Extends, include, files, cases and matrix make the variants that their author meant."""
    scenario = one(str(SCENARIOS / "good" / "everything.yaml"))
    assert scenario.tags == ("support", "smoke")
    assert scenario.params["seed"] == 1
    assert scenario.params["temperature"] == 0.7
    assert [check.of for check in scenario.checks] == ["every", "every", "last", "no-receipt", "any", "any"]
    every = variants(scenario)
    assert len(every) == 2 * 3 * 2 * 3
    first = every[0]
    assert first.variant == "refund-policy[case=kettle,product-colour=red,system=v1,top_p=0]"
    assert [each.opening for each in every[::12]] == [
        ({"role": "system", "content": "You work for Acme.\n"},),
        ({"role": "system", "content": "You work for {{ mustache }}.\n"},),
        (),
    ]
    assert [line.role for line in first.turns] == ["user", "user", "assistant", "user", "user", "user"]
    assert first.turns[3].params is not None
    assert first.turns[3].params["temperature"] == 0
    assert [posed.spec for posed in first.turns[1].checks] == [
        "receipt",
        "cannot help",
        "as an AI",
        {"max": 80},
    ]
    assert first.checks[-2].spec == "1.50"


def test_text_keeps_its_spelling() -> None:
    """What YAML would read as numbers, truths, times or nothing is said as its author wrote it."""
    assert said(one(str(SCENARIOS / "good" / "spellings.yaml"))) == [
        *("007", "1.50", "12:30", "1_000", "yes", "no", "2024-01-01", "null", "~", ".inf", "0x1F"),
        "C# is a language",
        "What is 1+1?",
        "Ticket #1017 please",
        "zip 007, price 1.50, at 12:30, 1_000, yes, no, 2024-01-01, ~",
        'literal {{ braces }} and "é\n',
        "A block\n  keeps its shape # and this\n",
        "",
    ]


def test_files_and_secrets_stay_outside() -> None:
    """A content part refers to a file by its SHA-256, and a secret by its environment variable."""
    scenario = one(str(SCENARIOS / "good" / "parts.yaml"))
    parts = scenario.turns[0].content
    assert isinstance(parts, list)
    assert len(scenario.files) == 3
    assert all(Path(path).is_absolute() for path in scenario.files.values())
    kinds = [next(iter(str(part[str(part["type"])]).split("sha256,")[:1])) for part in parts[2:]]
    assert "data:image/png;" in kinds[0]
    assert "base64;" in kinds[2]
    assert "data:application/pdf;" in kinds[3]
    rendered = str(said(scenario))
    assert "<secret:CRM_TOKEN>" in rendered
    assert "s3cret" not in scenario.model_dump_json() + rendered
    assert "https://example.org/example.png" in rendered


def test_a_table_gives_cases() -> None:
    """Rows of a .csv file are cases by number; an empty cell of a request field sets nothing."""
    first, second = variants(one(str(SCENARIOS / "good" / "table.yaml")))
    assert (first.variant, second.variant) == ("table[case=1]", "table[case=2]")
    assert first.params == {"temperature": 0.5}
    assert second.params == {}
    assert second.turns[0].message["content"] == 'In Bcme the toaster costs say "hi"\nto me.'


def test_bundles_vary_together() -> None:
    """A setup is one axis that sets several things; prefixes tell fields from variables."""
    every = variants(one(str(SCENARIOS / "good" / "bundles.yaml")))
    assert len(every) == 16
    last = every[-1]
    assert last.variant == "bundles[params.seed=2,setup=cand,stop=both,vars.mood=bad]"
    assert last.model == "large"
    assert last.opening == ({"role": "developer", "content": "Be very rude."},)
    assert last.params == {"temperature": 1, "stop": [".", "!"], "seed": 2}


@pytest.mark.usefixtures("folder")
def test_a_folder_skips_what_others_use() -> None:
    """A fragment that another file includes is no scenario, unless it is named; a base with turns is one."""
    write("s/a.yaml", "extends: base.yaml\nturns:\n  - include: parts/end.yaml\n")
    write("s/base.yaml", "turns: [Hello]\n")
    write("s/notes/bare.yaml", "params: {seed: 1}\n")
    write("s/b.yaml", "extends: notes/bare.yaml\nturns: [Hello]\n")
    write("s/parts/end.yaml", "- Bye\n")
    write("s/_parts/x.yaml", "never: read\n")
    write("s/.hidden/x.yaml", "never: read\n")
    assert [scenario.name for scenario in load(["s"], {})] == ["a", "b", "base"]
    assert complaints("s", "s/parts/end.yaml") == [
        "s/parts/end.yaml:1:1: a list is no scenario: put it under `turns:`, or begin the file's name with `_`"
    ]


@pytest.mark.usefixtures("folder")
def test_a_broken_fragment_is_never_passed_over() -> None:
    """What is wrong with a file that others use is said, though it is no scenario of its own."""
    write("s/_broken.yaml", "- [laughs] Hello\n")
    write("s/a.yaml", "- include: _broken.yaml\n")
    write("s/b.yaml", "turns:\n  - Hello\n  - include: a.yaml\n")
    write("s/c.yaml", "turns: [Hello]\n")
    assert complaints("s") == ["s/_broken.yaml:1:3: a text that begins with `[` needs quotes"]


@pytest.mark.usefixtures("folder")
def test_the_same_file_loads_once() -> None:
    """A file that is named twice, or named and in a folder, is one scenario."""
    write("s/a.yaml", "turns: [Hello]\n")
    assert len(load(["s/a.yaml", "s", "./s/a.yaml", Path("s")], {})) == 1


@pytest.mark.usefixtures("folder")
def test_two_scenarios_of_one_name_are_an_error_that_names_both() -> None:
    """Results of two scenarios with one name could not be told apart."""
    write("s/a.yaml", "turns: [Hello]\n")
    write("t/a.yml", "\nturns: [Hello]\n")
    assert complaints("s", "t") == ["t/a.yml:2: name: the name `a` is taken already, by s/a.yaml:1"]


@pytest.mark.usefixtures("folder")
def test_nothing_to_play_is_said() -> None:
    """A folder without scenarios is no success, and a path that is not there is a problem."""
    write("empty/notes.txt", "x")
    write("full/a.yaml", "turns: [Hello]\n")
    with pytest.raises(NothingToPlayError, match="no scenario in `empty`"):
        load(["empty"], {})
    assert complaints("empty", "full") == ["empty: holds no scenario: expected *.yaml files"]
    assert complaints("nowhere.yaml") == ["nowhere.yaml: does not exist"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who can be refused")
@pytest.mark.usefixtures("folder")
def test_a_file_that_may_not_be_read_is_a_problem() -> None:
    """A file without the right to read it is named."""
    write("a.yaml", "turns: [Hello]\n")
    Path("a.yaml").chmod(0)
    assert complaints("a.yaml") == ["a.yaml: cannot be read: Permission denied"]


@pytest.mark.usefixtures("folder")
def test_line_ends_and_a_mark_at_the_start_do_not_matter() -> None:
    """A file saved on Windows, with a byte order mark, says the same."""
    write("a.yaml", "\ufeffturns:\r\n  - |\r\n    One\r\n    Two\r\n  - Three\r\n")
    assert said(one("a.yaml")) == ["One\nTwo\n", "Three"]


@pytest.mark.usefixtures("folder")
def test_paths_are_relative_to_the_file_they_stand_in() -> None:
    """An included file names its own files from where it lies, and problems show paths as they were named."""
    write("s/a.yaml", "turns:\n  - include: parts/end.yaml\n")
    write("s/parts/end.yaml", "- {$file: words.md}\n- user: {$file: ../nowhere.md}\n")
    write("s/parts/words.md", "Bye")
    assert complaints("s/a.yaml") == [
        "s/parts/end.yaml:2:17: turns[1].user: the file `s/nowhere.md` does not exist"
    ]


@pytest.mark.usefixtures("folder")
def test_a_chain_of_bases_is_followed() -> None:
    """What a file extends may itself extend: nearer values win, tags keep their order, an opening replaces another."""
    write("_a.yaml", "tags: [a]\nparams: {seed: 1, top_p: 1}\nsystem: A\nname: never\n")
    write("_b.yaml", "extends: _a.yaml\ntags: [b, a]\nparams: {seed: 2}\n")
    write("c.yaml", "extends: _b.yaml\ntags: [c]\ndeveloper: C\nturns: [Hello]\n")
    scenario = one("c.yaml")
    assert (scenario.name, scenario.tags, scenario.params) == ("c", ("a", "b", "c"), {"seed": 2, "top_p": 1})
    assert scenario.opening is not None
    assert (scenario.opening.role, scenario.opening.content) == ("developer", "C")


@pytest.mark.usefixtures("folder")
def test_data_is_read_as_json_reads_it() -> None:
    """In params only what JSON has is converted; deeper down an unquoted yes is the text that it looks like."""
    params = (
        "params:\n  seed: 7\n  top_p: .5\n  store: True\n  user: 12:30\n"
        "  metadata: {a: yes, b: 007, c: 2024-01-01, d: '1', e: null, f: 1e3, g: 1_0}\n"
    )
    write("a.yaml", f"{params}turns: [Hello]\n")
    assert one("a.yaml").params == {
        "seed": 7,
        "top_p": 0.5,
        "store": True,
        "user": "12:30",
        "metadata": {"a": "yes", "b": "007", "c": "2024-01-01", "d": "1", "e": None, "f": 1000.0, "g": "1_0"},
    }


@pytest.mark.usefixtures("folder")
def test_json_files_keep_every_text() -> None:
    """A .json file is data with its texts unchanged, half surrogate pairs and all."""
    write("parts.json", '[{"type": "text", "text": "a\\ud800\\u2028 \\ud83d\\ude00"}]')
    write("a.yaml", "turns:\n  - user: {$file: parts.json}\n")
    assert said(one("a.yaml")) == [[{"type": "text", "text": "a\ud800\u2028 😀"}]]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("t.json", '{"a": 1,}', "t.json:1:9: is not JSON: Illegal trailing comma before end of object"),
        ("t.json", '[{"x": 1, "x": 2}]', "t.json: the key `x` stands twice in one map"),
        ("t.json", '[{"x": NaN}]', "t.json: is not JSON that can be sent: NaN is not a JSON value"),
        ("t.json", "[" * 100_000, "t.json: is not JSON that can be sent: nested too deep"),
        ("t.csv", "", "t.csv:1: the first line names the columns, each once, parted by commas"),
        ("t.csv", "x,x\n1,2\n", "t.csv:1: the first line names the columns, each once, parted by commas"),
        ("t.csv", 'x\n"1\n', "t.csv:3: is not CSV: unexpected end of data"),
        ("t.yaml", "", "t.yaml:1: is empty"),
        ("t.yaml", "- x: 1\n---\n- x: 2\n", "t.yaml:3: a file that is read as data has one document"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_broken_table_is_a_problem(name: str, text: str, complaint: str) -> None:
    """What is wrong within a file of data is said with that file's name."""
    write(name, text)
    write("a.yaml", f"cases: {{$file: {name}}}\nturns: ['{{{{ x }}}}']\n")
    found = [line for line in complaints("a.yaml") if line.startswith("t.")]
    assert found == [complaint] or (name == "t.json" and found[0].startswith("t.json:1:"))


@pytest.mark.usefixtures("folder")
def test_a_large_turn_loads() -> None:
    """A turn of 5 MB is a turn; a file of more than 20 MB is refused by its size."""
    line = "All work and no play, {{ x }}, makes a long text. "
    write("a.yaml", "vars: {x: y}\nturns:\n  - |\n    " + line * 100_000 + "\n")
    assert len(str(said(one("a.yaml"))[0])) > 4_000_000
    write("b.yaml", b"x" * (20 * 1024 * 1024 + 1))
    assert complaints("b.yaml") == ["b.yaml: has 21 MB; at most 20 MB are read"]


@pytest.mark.usefixtures("folder")
def test_a_file_with_endless_faults_is_not_read_to_its_end() -> None:
    """A hundred complaints about one scenario are enough."""
    write("a.yaml", "turns:\n" + "  - usr: x\n" * 20_000)
    assert len(complaints("a.yaml")) == 100


@pytest.mark.usefixtures("folder")
def test_an_environment_variable_is_read_from_what_is_handed_in() -> None:
    """Loading sees no environment but the one it is given."""
    write("a.yaml", "vars: {x: {env: X}}\nturns: ['{{ x }}']\n")
    (scenario,) = load(["a.yaml"], {"X": "from outside"})
    assert said(scenario) == ["from outside"]
    assert complaints("a.yaml") == ["a.yaml:1:17: vars.x.env: the environment variable `X` is not set"]


@pytest.mark.usefixtures("folder")
def test_a_templated_check_is_tried_with_every_value() -> None:
    """A check that only one case breaks is refused before anything is sent."""
    write(
        "a.yaml",
        "cases: [{id: good, p: a}, {id: bad, p: '('}]\n"
        "turns:\n  - user: Hello\n    expect: {regex: '{{ p }}'}\n",
    )
    assert complaints("a.yaml") == [
        'a.yaml:4:14: turns[0].expect.regex: "(" is not a pattern: missing ) at position 1'
    ]
