"""The first files of a project: a key in `.env`, what git leaves alone, a first scenario; it never writes over anything.

Law: `.env` is readable by its owner alone from its first byte on, and all that can be refused is refused before
anything is written.
"""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from runner.errors import UsageError
from runner.settings import read_environment
from runner.settings.env_file import entries, is_sendable, spell, unwrapped
from runner.settings.sources import find_env_file

KEY_NAME: Final = "OPENAI_API_KEY"
"""The line of `.env`, and the variable of the environment, that holds the key."""

_ENV, _GITIGNORE, _FOLDER = Path(".env"), Path(".gitignore"), Path("scenarios")
_FIRST: Final = _FOLDER / "first-chat.yaml"
_IGNORED: Final[Mapping[str, tuple[str, ...]]] = {
    ".env": (".env", "/.env", ".env*", "*.env"),
    "outputs/": ("outputs", "outputs/", "/outputs", "/outputs/", "outputs/*", "/outputs/*", "outputs/**"),
}
"""What git is to leave alone, each with the ways in which a `.gitignore` may say so already."""

FIRST_SCENARIO: Final = """\
# A scenario: what the user says is fixed, what the model answers is not.
name: first-chat
description: Shows that the model is sent all that was said before, turn by turn.
system: You are a friendly assistant. Answer in one or two short sentences.   # how the model should behave
params:
  max_completion_tokens: 100     # a field of the Chat Completions API; temperature: 0.7 could stand beside it
turns:
  - Hi, I'm Ada! I love gardening.               # a line of the user; each gets a reply before the next is sent
  - What could I plant in spring?
  - user: Do you remember my name?
    expect:                                      # what the reply to this line has to hold
      - icontains: Ada                           # upper and lower case are the same here
"""
"""The first scenario: short, and with a remark on each thing that it shows."""

Outcome = Literal["written", "extended", "kept"]


@dataclass(frozen=True, slots=True)
class Item:
    """One file, and what became of it."""

    path: Path
    """As seen from the folder."""
    outcome: Outcome
    note: str = ""
    """What it holds now, or why it was left alone."""


@dataclass(frozen=True, slots=True)
class Start:
    """A folder that runner is to be used in, as it was found."""

    folder: Path
    env_file: Path | None
    """The `.env` that holds here, as seen from the folder: its own, or that of a folder above it."""
    is_in_file: bool
    """Whether that file holds the key."""
    is_in_environment: bool
    """Whether the environment, which goes before it, holds one."""

    @classmethod
    def find(cls, folder: Path, environ: Mapping[str, str]) -> "Start":
        """Look round; raises RunnerError where something stands in the way."""
        for path, kind in ((_ENV, "file"), (_GITIGNORE, "file"), (_FOLDER, "folder")):
            place = folder / path
            is_there = place.is_dir() if kind == "folder" else place.is_file()
            if not is_there and (place.exists() or place.is_symlink()):
                why = f"{path} is there, but is no {kind} that can be used: move it out of the way"
                raise UsageError(why)
        found = find_env_file(folder)
        return cls(
            folder,
            Path(os.path.relpath(found, folder)) if found is not None else None,
            KEY_NAME in read_environment(folder, {}),
            bool(environ.get(KEY_NAME, "").strip()),
        )

    @property
    def has_key(self) -> bool:
        """Whether there is a key already."""
        return self.is_in_file or self.is_in_environment

    def write(self, key: str | None) -> list[Item]:
        """Write what is missing, the key last but one: git leaves it alone before it is there."""
        env_text, ignore_text = self._read(_ENV), self._read(_GITIGNORE)
        wanted = None if key is None or self.is_in_file else _extended(env_text, [spell(KEY_NAME, key)])
        if wanted is not None and _key_in(wanted) != key:
            raise UsageError(f"{_ENV} cannot take a further line: is a quote open at its end?")
        self._require_rights(env_text, writes_key=wanted is not None, ignores=not self._missing(ignore_text))
        items = [self._ignore(ignore_text)]
        if wanted is not None:
            items.append(self._write_key(env_text, wanted))
        elif self.is_in_file:
            items.append(self._keep_key())
        return [*items, self._write_scenario()]

    def _read(self, path: Path) -> str | None:
        """A file's text with its line ends; None where it is not there."""
        try:
            with (self.folder / path).open(encoding="utf-8", newline="") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise UsageError(f"{path} should be UTF-8: save it so, then type the command again") from None

    def _require_rights(self, env_text: str | None, *, writes_key: bool, ignores: bool) -> None:
        """Raise UsageError, before anything is written, where something could not be."""
        wanted = [path for path, is_due in ((_GITIGNORE, not ignores), (_ENV, writes_key)) if is_due]
        if not self._has_scenario():
            wanted.append(_FIRST)
        for path in wanted:
            here = next(each for each in (path, *path.parents) if (self.folder / each).exists())
            if not os.access(self.folder / here, os.W_OK):
                what = "this folder" if here == Path() else str(here)
                raise UsageError(
                    f"you may not write to {what}: give yourself the right to, or use another folder"
                )
        place = self.folder / _ENV
        if writes_key and env_text is not None and _is_open(place) and not _is_ours(place):
            raise UsageError(
                f"{_ENV} belongs to somebody else, and others can read it: move it out of the way, or use another folder"
            )

    def _missing(self, text: str | None) -> list[str]:
        """What a `.gitignore` does not leave alone yet."""
        said = [line.strip() for line in (text or "").splitlines()]
        return [name for name, ways in _IGNORED.items() if not _holds(said, ways)]

    def _has_scenario(self) -> bool:
        """Whether there is a scenario already."""
        return (self.folder / _FIRST).exists() or any((self.folder / _FOLDER).rglob("[!._]*.y*ml"))

    def _ignore(self, text: str | None) -> Item:
        """Let git leave alone what is to stay here."""
        missing = self._missing(text)
        if not missing:
            return Item(_GITIGNORE, "kept", f"{' and '.join(_IGNORED)} stand there already")
        whole = _extended(text, missing)
        _append(self.folder / _GITIGNORE, text, whole, mode=0o666)
        return Item(_GITIGNORE, "written" if text is None else "extended", " and ".join(missing))

    def _write_key(self, text: str | None, whole: str) -> Item:
        """Put the key into `.env`; one that others could read is closed to them first."""
        path = self.folder / _ENV
        closed = False
        if text is not None and _is_open(path):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o077)
            closed = True
        _append(path, text, whole, mode=0o600)
        if text is not None:
            return Item(_ENV, "extended", KEY_NAME + "; others could read it, now only you can" * closed)
        above = f"; {self.env_file} no longer counts here" if self.env_file is not None else ""
        return Item(_ENV, "written", f"{KEY_NAME}; only you can read it{above}")

    def _keep_key(self) -> Item:
        """Leave the `.env` that holds the key as it is, and say so if others can read it."""
        assert self.env_file is not None
        is_open = _is_open(self.folder / self.env_file)
        warning = f"; others on this machine can read it: chmod 600 {self.env_file}" if is_open else ""
        return Item(self.env_file, "kept", f"{KEY_NAME} stands there already (edit it there){warning}")

    def _write_scenario(self) -> Item:
        """Write the first scenario where there is none yet."""
        folder = self.folder / _FOLDER
        if (self.folder / _FIRST).exists():
            return Item(_FIRST, "kept", "it is there already")
        if self._has_scenario():
            return Item(_FOLDER, "kept", "scenarios stand there already")
        folder.mkdir(exist_ok=True)
        _append(self.folder / _FIRST, None, FIRST_SCENARIO, mode=0o666)
        return Item(_FIRST, "written", "a first scenario")


def read_key(text: str) -> str | None:
    """The key in what was pasted or piped; None where nothing was; raises UsageError, which does not show it."""
    if not text.strip():
        return None
    if len(text.strip().splitlines()) > 1:
        raise UsageError(
            "what was given has more than one line, and a key is one: copy the key alone, in one piece, and give it again"
        )
    key = unwrapped(text, KEY_NAME)
    if not is_sendable(key):
        raise UsageError(
            "what was given is no key: a key is one word of plain letters, digits and signs, without spaces, "
            "accents or control characters; copy it again, and nothing else with it"
        )
    if "..." in key:
        raise UsageError(
            "what was given stands for a key in examples: copy the whole key from where it was made"
        )
    return key


def _holds(lines: list[str], ways: tuple[str, ...]) -> bool:
    """Whether a `.gitignore` leaves something alone, its last word on it counted."""
    last = next((line for line in reversed(lines) if line.removeprefix("!") in ways), "!")
    return not last.startswith("!")


def _extended(text: str | None, lines: list[str]) -> str:
    """A text with further lines, ended as its own are."""
    text = text or ""
    end = "\r\n" if "\r\n" in text else "\n"
    gap = end if text and not text.endswith(("\n", "\r")) else ""
    return text + gap + "".join(line + end for line in lines)


def _key_in(text: str) -> str | None:
    """The key as it is read from a `.env`."""
    return {entry.name: entry.value for entry in entries(text)}.get(KEY_NAME)


def _append(path: Path, text: str | None, whole: str, *, mode: int) -> None:
    """Add what is new to a file, or create it, with its mode from the first byte on; a half-written new file goes."""
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
    number = os.open(path, flags | (os.O_CREAT | os.O_EXCL if text is None else os.O_APPEND), mode)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(whole[len(text or "") :].encode())
    except BaseException:
        if text is None:
            with suppress(OSError):
                path.unlink()
        raise


def _is_ours(path: Path) -> bool:
    """Whether who runs this may say who can read a file."""
    return os.name != "posix" or os.geteuid() in {0, path.stat().st_uid}


def _is_open(path: Path) -> bool:
    """Whether others than its owner can read a file."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)
