"""Secrets and files put into a request just before it leaves, and secrets taken out of what comes back.

Law: neither a secret's value nor a file's bytes stand in anything that is written down or shown; a reply that holds a
secret holds its mark instead, and a piece of a stream never holds a part of one. A mark of anything else is text.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from runner.core.message import Answer, Chain, Failure, Request
from runner.core.value import Json
from runner.errors import StoreError
from runner.transports import Delta, Notice, Notify, Started, Transport

_SECRET: Final = re.compile(r"<secret:([A-Za-z_][A-Za-z0-9_]*)>")
_SECRET_BYTES: Final = re.compile(rb"<secret:([A-Za-z_][A-Za-z0-9_]*)>")
# A file is all of a string of the body: the same words in the midst of somebody's text are no file.
_FILE: Final = re.compile(rb'"(?:(data:[^"\\;,]+;)|base64;)sha256,([0-9a-f]{64})"')
_KEPT: Final = 32
"""How many files are kept as they are sent, beside each other: a conversation sends its own again with every turn."""
_TELLING: Final = 8
"""Characters of a secret that must not stand at the end of a text that was cut, either."""


class Fill:
    """A transport that fills the marks in another one's requests; requests that hold none pass as they are."""

    def __init__(
        self,
        inner: Transport,
        *,
        secrets: Mapping[str, str] | None = None,
        read_file: Callable[[str], bytes] | None = None,
        files: Collection[str] = (),
    ) -> None:
        """Take what sends, the secrets by the names in their marks, what reads a file by its SHA-256, and which there are."""
        self._inner = inner
        self._secrets = {name: value for name, value in (secrets or {}).items() if value}
        self._mask = Mask(self._secrets) if self._secrets else None
        self._read_file = read_file
        self._files = frozenset(files) if read_file is not None else frozenset()
        self._encode_file = lru_cache(_KEPT)(self._encode_anew)

    async def close(self) -> None:
        """Close what sends."""
        await self._inner.close()

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The answer, with marks where secrets were."""
        if request.purpose == "turn":
            try:
                request = self._fill(request)
            except StoreError as error:
                failure = Answer(failure=Failure(kind="bad_request", message=str(error)))
                return failure if self._mask is None else self._mask.answer(failure)
        if self._mask is None:
            return await self._inner.send(request, notify)
        told = Veil(notify, self._mask)
        answer = await self._inner.send(request, told)
        told.end()
        return self._mask.answer(answer)

    def _fill(self, request: Request) -> Request:
        """The request with all that its marks stand for; its key stays that of the marks.

        Raises StoreError where a file that it holds cannot be read.
        """
        body = request.chain.body
        if self._secrets and b"<secret:" in body:
            body = _SECRET_BYTES.sub(self._spell_secret, body)
        if self._files and b"sha256," in body:
            body = _FILE.sub(self._spell_file, body)
        if body is not request.chain.body:
            request = replace(request, chain=Chain(body, request.chain.digest, request.chain.count))
        params = self._fill_params(request.params) if self._secrets else request.params
        return request if params is request.params else replace(request, params=params)

    def _fill_params(self, value: Json) -> Json:
        """The value with secrets in place of their marks; the very same value where it holds none."""
        if isinstance(value, str):
            return (
                _SECRET.sub(lambda mark: self._secrets.get(mark[1], mark[0]), value)
                if "<secret:" in value
                else value
            )
        if isinstance(value, dict):
            filled = {name: self._fill_params(part) for name, part in value.items()}
            return value if all(filled[name] is part for name, part in value.items()) else filled
        if isinstance(value, list):
            items = [self._fill_params(part) for part in value]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
        return value

    def _spell_secret(self, mark: re.Match[bytes]) -> bytes:
        """A secret's value as it stands in a JSON string; a mark of another's stays as it is."""
        value = self._secrets.get(mark[1].decode())
        return mark[0] if value is None else json.dumps(value)[1:-1].encode()

    def _spell_file(self, mark: re.Match[bytes]) -> bytes:
        """A file as the API wants it: a data URL, or bare base64; what only looks like one's mark stays as it is."""
        digest = mark[2].decode()
        if digest not in self._files:
            return mark[0]
        kind = b"%bbase64," % mark[1] if mark[1] else b""
        return b'"%b%b"' % (kind, self._encode_file(digest))

    def _encode_anew(self, digest: str) -> bytes:
        """A file's bytes in base64."""
        assert self._read_file is not None
        try:
            return b64encode(self._read_file(digest))
        except StoreError as error:
            raise StoreError(f"not sent, for want of the file with SHA-256 {digest}: {error}") from error


class Mask:
    """What puts the marks of secrets back where their values are."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """Look for each value as it is, and as it stands in a JSON string."""
        self._marks: dict[str, str] = {}
        for name, value in secrets.items():
            for form in (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
                self._marks.setdefault(form, f"<secret:{name}>")
        self.forms = sorted(
            self._marks, key=len, reverse=True
        )  # of two that begin alike the longer one is meant
        self._pattern = re.compile("|".join(map(re.escape, self.forms)))

    def text(self, text: str) -> str:
        """The text with marks in place of values."""
        return self._pattern.sub(lambda found: self._marks[found[0]], text)

    def whole(self, text: str) -> str:
        """A text that has ended, with marks in place of values, one that was cut at its end included."""
        text = self.text(text)
        cut = self.held(text)
        if cut < _TELLING:
            return text
        form = next(form for form in self.forms if form.startswith(text[-cut:]))
        return text[:-cut] + self._marks[form]

    def held(self, text: str) -> int:
        """How many characters at the end of a text may be the beginning of a value."""
        return max((_overlap(text, form) for form in self.forms), default=0)

    def value(self, value: Json) -> Json:
        """JSON data with marks in place of values, in its keys as well."""
        if isinstance(value, str):
            return self.whole(value)
        if isinstance(value, dict):
            return {self.text(name): self.value(part) for name, part in value.items()}
        return [self.value(part) for part in value] if isinstance(value, list) else value

    def answer(self, answer: Answer) -> Answer:
        """The answer with marks in place of values."""
        if answer.failure is not None:
            said = {name: self.value(getattr(answer.failure, name)) for name in ("message", "param", "code")}
            return answer.model_copy(update={"failure": answer.failure.model_copy(update=said)})
        if answer.reply is None:
            return answer
        message = self.value(answer.reply.message)
        if message == answer.reply.message:
            return answer
        # The same words stand in the probabilities token by token, where no mark can be put.
        reply = answer.reply.model_copy(update={"message": message, "logprobs": None})
        return answer.model_copy(update={"reply": reply})


def _overlap(text: str, form: str) -> int:
    """How many characters at the end of a text are the beginning of a form."""
    if not text:
        return 0
    place = len(form) - 1
    # Only a beginning that ends as the text does can be meant, and most forms hold few of those.
    while (place := form.rfind(text[-1], 0, place)) >= 0:
        if text.endswith(form[: place + 1]):
            return place + 1
    return 0


class Veil:
    """Who is told of deltas in another's place: what may be the beginning of a secret is kept back until it is known."""

    def __init__(self, notify: Notify, mask: Mask) -> None:
        """Take who is told in the end."""
        self._notify = notify
        self._mask = mask
        self._kept: dict[str, Delta] = {}

    def __call__(self, notice: Notice) -> None:
        """Pass a notice on, without secrets."""
        if isinstance(notice, Started):
            self._kept.clear()
        if not isinstance(notice, Delta):
            self._notify(notice)
            return
        before = self._kept.pop(notice.kind, None)
        text = self._mask.text((before.text if before else "") + notice.text)
        held = self._mask.held(text)
        if held:
            self._kept[notice.kind] = replace(notice, text=text[-held:])
        if len(text) > held:
            self._notify(replace(notice, text=text[: len(text) - held]))

    def end(self) -> None:
        """Pass on what was kept back: it was not the beginning of a secret, or it is masked as one."""
        for notice in self._kept.values():
            self._notify(replace(notice, text=self._mask.whole(notice.text)))
        self._kept.clear()
