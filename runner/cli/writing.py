"""The files and lines that CI reads of a check: JUnit XML, Markdown, annotations; each is made from the assessment alone."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal, cast

from runner.core.wording import unknown
from runner.errors import StoreError, UsageError
from runner.store.manifest import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.cli.display.screen import Screen
    from runner.core.assessment import Assessment

By = Literal["block", "trial"]


@dataclass(frozen=True, slots=True)
class Reports:
    """What was asked to be written, and where CI looks for it."""

    junit: Path | None
    junit_by: By
    markdown: Path | None
    step_summary: Path | None
    """The file that GitHub shows beside a job."""
    annotates: bool
    """Whether GitHub reads what is printed."""
    workspace: Path | None
    """The folder that GitHub names paths from."""
    for_programs: bool = False
    """Whether a program reads stdout."""

    @classmethod
    def open(
        cls,
        junit: Path | None,
        junit_by: str,
        markdown: Path | None,
        environ: Mapping[str, str],
        *,
        for_programs: bool = False,
    ) -> "Reports":
        """What was typed, and what the environment says; raises UsageError where a file cannot be written."""
        if junit_by not in {"block", "trial"}:
            raise UsageError(f"--junit-by {junit_by}: {unknown('value', junit_by, ('block', 'trial'))}")
        for option, path in (("--junit", junit), ("--markdown", markdown)):
            if path is not None:
                require_place(option, path)
        if junit is not None and markdown is not None and junit.resolve() == markdown.resolve():
            raise UsageError(f"--junit and --markdown both name {junit}: give each a file of its own")
        is_github = environ.get("GITHUB_ACTIONS") == "true"
        summary = environ.get("GITHUB_STEP_SUMMARY") if is_github else None
        workspace = environ.get("GITHUB_WORKSPACE") if is_github else None
        return cls(
            junit,
            cast("By", junit_by),
            markdown,
            Path(summary) if summary else None,
            is_github,
            Path(workspace) if workspace else None,
            for_programs,
        )

    @contextmanager
    def silenced(self, screen: "Screen") -> Iterator[None]:
        """Let GitHub obey nothing of what is printed meanwhile: replies could be read as its commands.

        It reads both streams; where programs read the results, its commands go to the other one.
        """
        if not self.annotates:
            yield
            return
        from runner.reports.github import paused, resumed

        token = secrets.token_hex(16)
        write = self._commands(screen)
        write(paused(token))
        try:
            yield
        finally:
            write(resumed(token))

    def write(self, assessment: "Assessment", screen: "Screen") -> None:
        """Write all that was asked for; raises StoreError where a file cannot be written, once all others are."""
        faults = []
        for write in self._writes(assessment):
            try:
                write()
            except StoreError as error:
                faults.append(str(error))
        if self.annotates:
            from runner.reports.github import annotations

            for line in annotations(assessment, place=self._place):
                self._commands(screen)(line)
        if faults:
            told = "\n".join(faults)
            way = f"`runner check --resume {assessment.run}` writes reports anew, and sends nothing again"
            raise StoreError(f"{told}\nthe run is kept, and its verdict stands ({assessment.verdict}): {way}")

    def _writes(self, assessment: "Assessment") -> "Iterator[Callable[[], None]]":
        """What writes each file that was asked for."""
        if self.junit is not None:
            from runner.reports.junit import junit_xml

            yield partial(write_whole, self.junit, junit_xml(assessment, by=self.junit_by))
        if self.markdown is not None or self.step_summary is not None:
            from runner.reports.markdown import markdown_summary

            text = markdown_summary(assessment).encode("utf-8", "backslashreplace")
            if self.markdown is not None:
                yield partial(write_whole, self.markdown, text)
            if self.step_summary is not None:
                yield partial(_append, self.step_summary, text)

    def _commands(self, screen: "Screen") -> "Callable[[str], None]":
        """Where GitHub is told what to do."""
        return screen.say if self.for_programs else screen.tell

    def _place(self, path: str) -> str:
        """A path as GitHub names it: from the repository's root, with forward slashes."""
        if self.workspace is None:
            return path
        try:
            return Path(path).resolve().relative_to(self.workspace.resolve()).as_posix()
        except ValueError:
            return PurePath(path).as_posix()


def require_place(option: str, path: Path) -> None:
    """Raise UsageError where a report cannot be written, or would take the place of a scenario."""
    if path.is_dir():
        raise UsageError(f"{option} {path}: a folder stands there; name a file")
    if path.exists() and path.suffix in {".yaml", ".yml"}:
        raise UsageError(f"{option} {path}: a scenario stands there, and would be lost; name another file")
    if path.exists() and not path.is_file():  # a device or a pipe
        return
    folder = next(each for each in path.resolve().parents if each.exists())
    if not folder.is_dir():
        raise UsageError(f"{option} {path}: {folder.name} is a file, and no folder; name another place")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{option} {path}: nothing can be written in {folder}; name another place")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole; raises StoreError where that cannot be done."""
    try:
        place = path.resolve()  # a link stays one
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and not place.is_file():  # a device or a pipe is written to, never replaced
            place.write_bytes(content)
            return
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    replace_file(place, content)


def _append(path: Path, content: bytes) -> None:
    """Write at the end of a file; raises StoreError where that cannot be done."""
    try:
        with path.open("ab") as file:
            file.write(content)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
