"""Files as nodes: scenarios, fragments, prompts, tables and pictures, each read once; nothing is ever written.

A path is relative to the file that names it, and is shown as the user named the first one.
"""

import os
import re
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Final

from runner.errors import Problem
from runner.formats.source.located import compose
from runner.formats.source.nodes import Node, TextNode
from runner.formats.source.syntax import Source
from runner.formats.source.tables import LARGEST, csv_node, json_node

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_DIRECTIVE: Final = re.compile(r"^%(?!YAML)", re.MULTILINE)


class UnreadableError(Exception):
    """A file that cannot be read, with a sentence that fits after its name."""


class Files:
    """Everything that was read, by the path it was named by."""

    def __init__(self, complain: Callable[[Problem], None], folder: Path) -> None:
        """Start with nothing read; what is wrong within a file is complained about once."""
        self._complain = complain
        self.folder = folder
        """What paths are relative to."""
        self._documents: dict[str, list[Node]] = {}
        self._values: dict[str, Node | None] = {}
        self._digests: dict[str, str] = {}
        self._links: dict[str, set[str]] = {}
        self.used: set[str] = set()
        """Real paths of the files that others include or read: they are not scenarios of their own."""

    def documents(self, path: str) -> list[Node]:
        """The documents of a YAML file, without those that say nothing; raises `UnreadableError`."""
        if path not in self._documents:
            text = self.text(path)
            composed = None if text is None else self._composed(path, text)
            found = [node for node in composed or () if not _is_nothing(node)]
            if composed is not None and not found:
                self._complain(Problem(path, 1, 0, "", "is empty"))
            self._documents[path] = found
        return self._documents[path]

    def forget(self, path: str) -> None:
        """Let go of a file's documents: a scenario is seldom needed twice, and nodes are many."""
        self._documents.pop(path, None)

    def _composed(self, path: str, text: str) -> list[Node] | None:
        """The documents of a YAML text; None, and a complaint, where it holds what YAML would read as something else."""
        source = Source(path, text)
        if not text.isprintable() and (found := _UNPRINTABLE.search(text)) is not None:
            line, column = source.address(found.start())
            code = ord(found[0])
            escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
            why = f"U+{code:04X} cannot stand in YAML as it is: in double quotes, write `{escape}`"
            self._complain(Problem(path, line, column, "", why))
            return None
        if (directive := _DIRECTIVE.search(text)) is not None and not text[: directive.start()].strip():
            self._complain(
                Problem(path, *source.address(directive.start()), "", "YAML directives are not used here")
            )
            return None
        return compose(source, self._complain)

    def text(self, path: str) -> str | None:
        """The text of a file, with line ends as LF; None, and a complaint, where it is not UTF-8."""
        raw = read_bytes(self.folder / path)
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            self._complain(Problem(path, 1, 1, "", "is UTF-16: save it as UTF-8"))
            return None
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
            why = f"is not UTF-8 (byte 0x{error.object[error.start]:02X}), perhaps Latin-1: save it as UTF-8"
            if b"\0" in raw:
                line, column = 1, 1
                why = (
                    "is no text: an image, a sound or a document goes into a content part, `url: {$file: ..}`"
                )
            self._complain(Problem(path, line, column, "", why))
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def use(self, path: str) -> None:
        """Note that another file includes or reads this one."""
        self.used.add(os.path.realpath(self.folder / path))

    def value(self, path: str) -> Node | None:
        """What `{$file: path}` stands for: data of .yaml, .json and .csv, the text of any other."""
        if path not in self._values:
            self._values[path] = self._read(path)
            self.use(path)
        return self._values[path]

    def _read(self, path: str) -> Node | None:
        """A file as a node, by its ending."""
        ending = PurePath(path).suffix.lower()
        if ending in {".yaml", ".yml"}:
            documents = self.documents(path)
            if len(documents) > 1:
                self._complain(
                    Problem(path, documents[1].line, 0, "", "a file that is read as data has one document")
                )
            return documents[0] if documents else None
        text = self.text(path)
        if text is None:
            return None
        if ending == ".json":
            return json_node(path, text, self._complain)
        if ending == ".csv":
            return csv_node(path, text, self._complain)
        source = Source(path, text)
        return TextNode(source, 1, 1, text, end=len(text), size=1 + len(text) // 100)

    def digest(self, path: str) -> str:
        """The SHA-256 of a file that is sent as it is; raises `UnreadableError`, also where there is nothing in it."""
        if path not in self._digests:
            content = read_bytes(self.folder / path)
            if not content:
                raise UnreadableError("is empty")
            self._digests[path] = sha256(content).hexdigest()
        return self._digests[path]

    def link(self, source: str, target: str) -> bool:
        """Note that one file reads another with `$file`; False where that closes a circle."""
        links = self._links.setdefault(source, set())
        if target not in links:
            if source in self._reached(target):
                return False
            links.add(target)
        return True

    def _reached(self, path: str) -> set[str]:
        """The files that a file reads, and those that they read."""
        reached, waiting = set(), [path]
        while waiting:
            if (each := waiting.pop()) not in reached:
                reached.add(each)
                waiting += self._links.get(each, ())
        return reached


def beside(source: Source, path: str) -> str:
    """A path that stands in a file, as a path that can be opened."""
    return Path(os.path.normpath(PurePath(source.path).parent / path)).as_posix()


def read_bytes(path: Path) -> bytes:
    """The bytes of an ordinary file; raises `UnreadableError` with a sentence where there is none."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableError("is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("is not an ordinary file")
        if status.st_size > LARGEST:
            raise UnreadableError(f"has {status.st_size / 1e6:.0f} MB; at most 20 MB are read")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableError("does not exist") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableError(f"cannot be read: {reason}") from None


def _is_nothing(node: Node) -> bool:
    """Whether a document says nothing."""
    return isinstance(node, TextNode) and node.plain and not node.text
