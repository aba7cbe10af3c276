"""The GitHub action and the workflow: held to what keeps them safe, and their steps run by bash, without key and network."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.loopback import LoopbackApi

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOW: dict[Any, Any] = yaml.safe_load(
    (ROOT / ".github" / "workflows" / "conversations.yml").read_text(encoding="utf-8")
)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
PROJECT = "scenarios/ci"
SECRET = "secrets."

_INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")
_CONDITION = re.compile(r"inputs\.([\w-]+) (==|!=) '([^']*)'")

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="the steps are for a Unix shell, and so are these tests"
)


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of both files, with where it stands."""
    yield from (("action.yml", step) for step in ACTION["runs"]["steps"])
    yield from ((name, step) for name, job in JOBS.items() for step in job["steps"])


@cache
def offline() -> tuple[str, ...]:
    """What a command is put behind, so that it reaches no network; empty where this system has no such thing."""
    if shutil.which("unshare") is None:
        return ()
    tried = subprocess.run(("unshare", "-rn", "true"), check=False, capture_output=True)
    return ("unshare", "-rn") if tried.returncode == 0 else ()


@dataclass(frozen=True)
class Outcome:
    """What a step came to."""

    exit_code: int
    said: str
    """Both streams, as GitHub reads them."""
    outputs: dict[str, str]
    summary: str


@dataclass
class Workspace:
    """A checkout on a machine of GitHub's: the example project, and nothing else that could be of help."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(
            ROOT / PROJECT, self.folder / PROJECT, ignore=shutil.ignore_patterns("outputs", ".lock")
        )
        for name in ("temp", "bin"):
            (self.folder / name).mkdir()
        self.command("runner", f'exec "{sys.executable}" -m runner "$@"')
        self.command("python", f'exec "{sys.executable}" "$@"')
        self.environ = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder / "temp"),
            "PYTHONPATH": str(ROOT),
            "RUNNER_CACHE": str(self.folder / "temp" / "cache"),
            "RUNNER_TEMP": str(self.folder / "temp"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(self.folder),
            "GITHUB_OUTPUT": str(self.folder / "temp" / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "temp" / "summary"),
        }
        if not offline():  # a network that cannot be taken away leads nowhere
            nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
            self.environ |= {**nowhere, **{name.lower(): value for name, value in nowhere.items()}}

    def command(self, name: str, line: str) -> None:
        """Put a command onto the path."""
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)

    def change(self, name: str, old: str, new: str) -> int:
        """Change a line of the project; the number of that line."""
        path = self.folder / PROJECT / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def run(
        self, step: Mapping[str, Any], inputs: Mapping[str, str] | None = None, *, online: bool = False
    ) -> Outcome:
        """Run a step as GitHub does: its script in a file, in bash that ends at the first failure."""
        given = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()}
        given |= inputs or {}

        def filled(text: str) -> str:
            return _INPUT.sub(lambda found: given[found[1]], text)

        script = self.folder / "temp" / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        bash = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script))
        done = subprocess.run(
            bash if online else (*offline(), *bash),
            check=False,
            cwd=self.folder / filled(step.get("working-directory", ".")),
            env={**self.environ, **{name: filled(value) for name, value in step.get("env", {}).items()}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        lines = [line.partition("=") for line in self._written("GITHUB_OUTPUT").splitlines()]
        return Outcome(
            done.returncode,
            done.stdout,
            {name: value for name, _, value in lines},
            self._written("GITHUB_STEP_SUMMARY"),
        )

    def act(self, **inputs: str) -> Outcome:
        """Let the action do what it does once runner is installed."""
        (check,) = (step for step in ACTION["runs"]["steps"] if step.get("id") == "check")
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return self.run(check, {"working-directory": PROJECT, **given})

    def _written(self, variable: str) -> str:
        """What was written into a file that a variable names."""
        path = Path(self.environ[variable])
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_no_script_is_put_together_from_values() -> None:
    """`${{ }}` inside a script would let whoever names a branch, or an input, write commands: values come by `env` alone."""
    scripts = [(place, step["run"]) for place, step in steps() if "run" in step]
    assert len(scripts) >= 3
    assert [place for place, script in scripts if "${{" in script] == []


def test_inputs_are_described_used_and_in_the_manual() -> None:
    """An input without a use, or one that nobody can read of, is none."""
    manual = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    used = set(re.findall(r"inputs\.([\w-]+)", str(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    for name, each in {**ACTION["inputs"], **ACTION["outputs"]}.items():
        assert each["description"]
        assert f"`{name}`" in manual, f"docs/ci.md does not tell of {name}"


def test_actions_of_others_are_of_a_version() -> None:
    """What a branch of somebody else's holds today is not what it holds tomorrow."""
    used = [step["uses"] for _, step in steps() if "uses" in step]
    assert used
    for name in used:
        assert name == "./" or re.fullmatch(r"actions/[\w-]+@v\d+", name), name


def test_pull_requests_see_no_key_and_may_write_nothing() -> None:
    """The job for pull requests names no secret, and nothing in the workflow runs for them with more rights than theirs."""
    events = WORKFLOW["on" if "on" in WORKFLOW else True]  # YAML 1.1 reads `on` as true
    assert set(events) == {"pull_request", "schedule", "workflow_dispatch"}
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in JOBS.values())
    assert {name: job["if"] for name, job in JOBS.items()} == {
        "recorded": "github.event_name == 'pull_request'",
        "live": "github.event_name != 'pull_request'",
    }
    assert SECRET not in str(JOBS["recorded"])
    for _, step in steps():
        if str(step.get("uses")).startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_the_key_reaches_the_step_that_asks_alone() -> None:
    """Neither the installation nor the upload has it; a live job is bounded in money and in time, and runs once at a time."""
    holders = [step for _, step in steps() if SECRET in str(step)]
    assert [set(step) for step in holders] == [{"name", "working-directory", "env", "run"}]
    assert "--max-cost" in holders[0]["run"]
    assert SECRET not in str({name: value for name, value in JOBS["live"].items() if name != "steps"})
    assert all(job["timeout-minutes"] <= 30 for job in JOBS.values())
    assert WORKFLOW["concurrency"]["group"]


def test_the_workflow_says_what_there_is() -> None:
    """Inputs that it gives are the action's; profiles that it names stand in the settings of the example."""
    settings = tomllib.loads((ROOT / PROJECT / "runner.toml").read_text(encoding="utf-8"))
    given = [
        step["with"] for step in JOBS["recorded"]["steps"] + JOBS["live"]["steps"] if step.get("uses") == "./"
    ]
    assert given
    for each in given:
        assert set(each) <= set(ACTION["inputs"])
        assert each.get("profile", "pr") in settings["profiles"]
    assert re.findall(r"--profile (\w+)", str(JOBS)) == ["nightly"]
    assert set(settings["profiles"]) == {"pr", "nightly"}


def test_runner_is_installed_from_the_action_s_own_checkout(workspace: Workspace) -> None:
    """With the extras that are asked for, and the versions that are known to work together."""
    (step,) = (step for step in ACTION["runs"]["steps"] if step["name"] == "Install runner")
    seen = workspace.folder / "seen"
    workspace.command("python", f'printf "%s\\n" "$@" > "{seen}"')
    for extras, end in (("", ""), ("prices,fast", "[prices,fast]")):
        assert workspace.run(step, {"extras": extras}).exit_code == 0
        words = seen.read_text(encoding="utf-8").splitlines()
        assert words[:3] == ["-m", "pip", "install"]
        assert words[-3:] == ["--constraint", f"{ROOT}/constraints.txt", f"{ROOT}{end}"]


def test_what_is_recorded_passes_without_key_and_network(workspace: Workspace) -> None:
    """As the workflow has it for pull requests: exit code 0, a verdict, the run's folder, a summary, JUnit XML."""
    (given,) = (step["with"] for step in JOBS["recorded"]["steps"] if step["uses"] == "./")
    done = workspace.act(
        **{name.replace("-", "_"): str(value) for name, value in given.items()}, junit="junit.xml"
    )
    assert done.exit_code == 0, done.said
    assert (done.outputs["exit-code"], done.outputs["verdict"]) == ("0", "passed")
    project = workspace.folder / PROJECT
    assert (project / done.outputs["run"] / "transcripts.jsonl").is_file()
    assert (project / "junit.xml").is_file()
    assert done.summary.strip()
    assert "::error" not in done.said


def test_a_changed_prompt_needs_recording_and_says_how(workspace: Workspace) -> None:
    """That is no failed check: exit code 4, and the command that records it."""
    workspace.change("library-card.yaml", "A card is 12 euros.", "A card is 12 euros, on every day.")
    done = workspace.act(profile="pr")
    assert done.exit_code == 4, done.said
    assert (done.outputs["exit-code"], done.outputs["verdict"]) == ("4", "incomplete")
    said = " ".join(done.said.split())
    assert "needs recording" in said
    assert "--mode fill" in said
    assert "library-card" in done.summary


def test_a_failed_check_is_annotated_on_its_line(workspace: Workspace) -> None:
    """Exit code 1, an error on the line of the YAML as seen from the repository's root, and a summary that begins with it."""
    line = workspace.change("library-card.yaml", r"'\b12\b'", r"'\b13\b'")
    done = workspace.act(profile="pr")
    assert done.exit_code == 1, done.said
    assert done.outputs["verdict"] == "failed"
    assert re.search(rf"^::error file={PROJECT}/library-card\.yaml,line={line},", done.said, re.MULTILINE)
    assert "library-card" in done.summary
    assert "regex" in done.summary


def test_nothing_to_play_is_not_green(workspace: Workspace) -> None:
    """A filter that selects nothing."""
    done = workspace.act(profile="pr", args="--tag orders --skip-tag orders")
    assert done.exit_code == 5, done.said
    assert (done.outputs["verdict"], done.outputs["run"]) == ("nothing", "")


@pytest.mark.parametrize("name", ["paths", "profile", "args", "junit"])
@pytest.mark.parametrize(
    "value", ["$(touch pwned)", "`touch pwned`", "; touch pwned", "\n touch pwned", "' touch pwned"]
)
def test_an_input_is_never_a_command(workspace: Workspace, name: str, value: str) -> None:
    """Whatever an input says, it is a word of the command line, or several."""
    inputs = {"profile": "pr", name: value}
    done = workspace.act(**inputs)
    assert not list(workspace.folder.rglob("pwned")), done.said
    assert name == "junit" or done.exit_code not in {0, 126, 127}


def test_words_of_inputs_stay_apart(workspace: Workspace) -> None:
    """Options are read as a shell reads them, with their quotes; paths stand one a line, and a dash makes no option of one."""
    workspace.command("runner", 'printf "[%s]" "$@"')
    done = workspace.act(
        args="--tag 'a b'\n--set=vars.x=\"1 2\"", paths="one two.yaml\n  --tag\n\n", outputs="o"
    )
    assert done.said == "[check][--outputs][o][--tag][a b][--set=vars.x=1 2][--][one two.yaml][--tag]"


def test_conditions_leave_out_what_is_not_wanted() -> None:
    """`install-only` plays nothing; an empty `python-version` takes the Python that is there."""
    conditions = {step["name"]: _CONDITION.fullmatch(step.get("if", "")) for step in ACTION["runs"]["steps"]}
    groups = {name: found.groups() for name, found in conditions.items() if found is not None}
    assert groups == {
        "Set up Python": ("python-version", "!=", ""),
        "Check": ("install-only", "!=", "true"),
    }


def test_the_live_step_asks_records_and_leaves_what_is_kept(workspace: Workspace) -> None:
    """With a key, and a server in the place of the real one: the run, and its recordings, are where the artifact is taken from."""
    (step,) = (step for step in JOBS["live"]["steps"] if "run" in step)
    (kept,) = (step["with"]["path"] for step in JOBS["live"]["steps"] if "upload" in step.get("uses", ""))
    with LoopbackApi() as api:
        workspace.environ |= {"OPENAI_BASE_URL": api.base_url}
        step = {**step, "env": {"OPENAI_API_KEY": "sk-test-0123456789"}}
        done = workspace.run(step, online=True)
        assert api.bodies, done.said
    assert done.exit_code == 1, done.said  # whoever echoes is no librarian
    held = {path.name for path in (workspace.folder / kept).rglob("*")}
    assert held >= {"transcripts.jsonl", "library-card.jsonl", "order.jsonl", "keeper.jsonl"}
