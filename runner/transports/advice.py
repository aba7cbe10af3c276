"""What a person can do about a failure, said in its message with the names of what is to be mended; pure.

Law: the next step is whole in every message; where there is no room for both, the server's words are cut.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from runner.core.message import CHAT, EMBEDDINGS, Failure, FailureKind, Purpose
from runner.settings import Provider
from runner.settings.provider import OPENAI_URL
from runner.settings.settings import FROM_ENVIRONMENT
from runner.transports.answer_advice import AGAIN, UNFINISHED, Advice, Asked, advise_answer, advise_embeddings
from runner.transports.faults import LONGEST, said_by, write_plainly

_LEAST_WORDS: Final = 24
"""Characters of a server's words below which they are left out."""
_LONGEST_NAME: Final = 60
_ABOUT_A_MODEL: Final = re.compile(r"\b(?:model|deployment)s?\b", re.IGNORECASE)
_IN_OUR_WORDS: Final = {"timed_out", "empty_reply", "no_choices", "content_filter"}
"""Failures that no server speaks of, where their status tells of none."""
_FAILS_ALONE: Final = {"unreachable", "timed_out"}
"""Failures of the embedded model that nobody has set anything wrong for."""
_A_PAGE: Final = "a page in place of JSON"
_BY_OPTION: Final = re.compile(r"by --model(?: or by `model:` in the scenario)?")
"""How people name another model for a conversation; that of a check stands elsewhere."""
_LOCAL: Final = "play on the embedded model with --provider local"


def advise(
    failure: Failure, provider: Provider, model: str, *, path: str = CHAT, purpose: Purpose = "turn"
) -> Failure:
    """The failure with what it means here and what to do next, where there is something to say."""
    adviser = _Adviser(failure, provider, model)
    advice = advise_embeddings(failure, adviser.asked()) if path == EMBEDDINGS else None
    advice = advice or adviser.advice()
    if advice is None:
        return failure
    if purpose == "judge":
        advice = Advice(advice.what, _BY_OPTION.sub("in the check or under `judge`", advice.next))
    is_ours = failure.kind in _IN_OUR_WORDS and failure.status in {None, 200}
    words = "" if is_ours or failure.message.startswith(UNFINISHED) else said_by(failure)
    room = LONGEST - len(advice.what) - len(advice.next) - len(" (): ")
    said = f" ({write_plainly(words, room)})" if words and room >= _LEAST_WORDS else ""
    return failure.model_copy(update={"message": write_plainly(f"{advice.what}{said}: {advice.next}")})


class _Adviser:
    """One failure, and the names by which people know what it is about."""

    def __init__(self, failure: Failure, provider: Provider, model: str) -> None:
        """Take what there is to know."""
        self.failure = failure
        self.provider = provider
        self.url = _short(provider.base_url or OPENAI_URL)
        self.host = _short(urlsplit(provider.base_url or OPENAI_URL).netloc)
        self.model = _short(model)
        self.name = _short(provider.name)
        self.is_openai = self.host == urlsplit(OPENAI_URL).netloc

    def advice(self) -> Advice | None:
        """What to say; None where the failure's own words say it."""
        if self.failure.kind == "context_overflow":
            return self._shorten()
        if self.provider.kind == "local":  # whatever goes wrong there, nobody set an address or a key wrongly
            return self._play_again() if self.failure.kind in _FAILS_ALONE else self._judge_answer()
        ways: dict[FailureKind, Callable[[], Advice | None]] = {
            "not_allowed": self._mend_key,
            "no_such_model": self._name_another,
            "no_credit": self._add_credit,
            "rate_limited": self._slow_down,
            "unreachable": self._reach,
            "timed_out": self._wait,
            "bad_request": self._mend_refusal,
            "content_filter": self._reword,
            "server_error": self._mend_failure,
        }
        way = ways.get(self.failure.kind, self._judge_answer)
        return way()

    def _judge_answer(self) -> Advice | None:
        """What to do about what came as an answer."""
        return advise_answer(self.failure, self.asked())

    def asked(self) -> Asked:
        """Whom the request was sent to."""
        is_local = self.provider.kind == "local"
        place = "the embedded model" if is_local else self.host
        name = place if is_local else self.name
        model = place if is_local else self.model
        return Asked(name=name, place=place, model=model, is_local=is_local)

    def _play_again(self) -> Advice:
        """What to do where the embedded model does not answer."""
        failure = self.failure
        what = (
            "the embedded model ended"
            if failure.kind == "unreachable"
            else "the embedded model took too long"
        )
        way = AGAIN
        if failure.code in {"first_token", "between_tokens", "whole"}:
            what = f"{failure.message} from the embedded model"
            way += f", or raise {failure.code}_s under [providers.{self.name}.timeouts] of the settings"
        return Advice(what, way)

    def _add_credit(self) -> Advice:
        """What to do where the account is empty."""
        where = (
            "at platform.openai.com/settings/organization/billing"
            if self.is_openai
            else f"where you pay for {self.name}"
        )
        return Advice(f"the account of {self._key()} has no credit left", f"add some {where}, or {_LOCAL}")

    def _slow_down(self) -> Advice:
        """What to do where too much was asked for."""
        table = f"[providers.{self.name}] of the settings"
        way = f"try later, or send fewer: requests_per_minute or in_flight = 1 under {table}"
        way += "; where scenarios are played, also --in-flight 1"  # a talk has no such option
        return Advice(f"{self.name} takes no more requests for now", way)

    def _mend_key(self) -> Advice:
        """What to do where the server takes no requests with this key."""
        provider = self.provider
        if self.failure.status == 403:
            if _A_PAGE in self.failure.message:
                return Advice(
                    f"{self.host} refused the request",
                    f"is it a proxy or firewall that refuses? And {self._is_right()}",
                )
            return Advice(
                f"{self._key()} may not do this",
                f"see what its project may do, and whether the model {self.model} is open to it",
            )
        if provider.api_key is None:
            way = f"name it by api_key_env under [providers.{self.name}] of the settings"
            return Advice(f"{self.name} wants a key, and none is set", f"put it into .env, and {way}")
        new = "make a new one at platform.openai.com/api-keys" if self.is_openai else "ask for a new one"
        if provider.origins.get("api_key") == "the environment":
            way = "it comes from the environment, which goes before .env: set it anew there, or unset it"
        else:
            way = f"copy it again into .env, or {new}"
        return Advice(f"{self._key()} was refused", way)

    def _key(self) -> str:
        """The key, by the name that it has in `.env`."""
        variable = self.provider.api_key_env
        return f"the key in {_short(variable)}" if variable else f"the key of {self.name}"

    def _name_another(self) -> Advice:
        """What to do where the server does not know what it is asked for: the model, or the very address."""
        is_coded = self.failure.status != 404  # a code of the server's says so
        is_page = _A_PAGE in self.failure.message
        if (unread := self._judge_answer()) is not None:  # some say so by a 404
            return unread
        if is_page or not (is_coded or self._names_a_model()):
            return self._mend_address()
        if self.provider.kind == "azure":
            way = "a model is named there as its deployment: give that name by --model"
        else:
            way = "is it misspelt, retired, or not open to this key? Name another by --model or by `model:` in the scenario"
        return Advice(f"{self.name} has no model {self.model}", way)

    def _names_a_model(self) -> bool:
        """Whether a 404 speaks of a model."""
        return bool(
            _ABOUT_A_MODEL.search(f"{self.failure.code or ''} {self.failure.message}".replace("_", " "))
        )

    def _reword(self) -> Advice:
        """What to do where a filter refused what was said, or withheld the reply."""
        what = "withheld the reply" if self.failure.status == 200 else "refused the conversation"
        return Advice(
            f"a content filter of {self.name} {what}", "say it in other words, or set the filter otherwise"
        )

    def _mend_refusal(self) -> Advice | None:
        """What to do where something is refused, by a chat API or by what is none."""
        status = self.failure.status or 0
        if 300 <= status < 400:
            way = f"give {self._setting()} that address, without /chat/completions"
            return Advice(f"{self.url} sends on elsewhere", way)
        is_api = status != 405 and _A_PAGE not in self.failure.message
        return self._judge_answer() if is_api else self._mend_address()

    def _mend_failure(self) -> Advice | None:
        """What to do where the server failed; a page about what it cannot do comes from what is no chat API."""
        is_page = self.failure.status == 501 and _A_PAGE in self.failure.message
        return self._mend_address() if is_page else self._judge_answer()

    def _mend_address(self) -> Advice:
        """What to do where no chat API answers."""
        path = urlsplit(self.provider.base_url or OPENAI_URL).path.rstrip("/")
        usual = (
            "It ends before /chat/completions" if path.endswith("/completions") else "It usually ends in /v1"
        )
        if self.provider.kind == "azure":
            usual = "It is the resource's endpoint"
        if self.provider.base_url is None:
            usual = ""
        return Advice(f"no chat API answers at {self.url}", f"{self._is_right()} {usual}".strip())

    def _is_right(self) -> str:
        """The question whether the address is right; where nobody set one, whether it is reached at all."""
        if self.provider.base_url is None:
            return "does a proxy stand between?"
        return f"is {self._setting()} right?"

    def _setting(self) -> str:
        """What sets the address."""
        variable = FROM_ENVIRONMENT.get(self.provider.name, {}).get("base_url", "")
        origin = self.provider.origins.get("base_url")
        return (
            f"{variable} in {origin}" if origin else f"base_url under [providers.{self.name}] of the settings"
        )

    def _reach(self) -> Advice:
        """What to do where no connection can be made."""
        provider = self.provider
        name = _short(urlsplit(provider.base_url or OPENAI_URL).hostname or "")
        right = self._is_right()
        network = f"is there a network, and {right}" if provider.base_url else "is there a network?"
        ways: dict[str, tuple[str, str]] = {
            "unknown_host": (f"the name {name} is not known", network),
            "refused": (f"nobody answers at {self.host}", f"is the server started, and {right}"),
            "no_route": (f"no way leads to {self.host}", network),
            "proxy": (
                f"no connection to {self.host} through the proxy that the environment names",
                "see what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say",
            ),
            "untrusted": (
                f"the certificate of {self.host} is not trusted",
                "does a proxy open what is encrypted? Then name its certificate by SSL_CERT_FILE",
            ),
            "encryption": (
                f"no encryption can be agreed on with {self.host}",
                f"{right} A server without encryption wants http:// there",
            ),
        }
        broken = (f"the connection to {self.host} broke", f"try later; {network}")
        return Advice(*ways.get(self.failure.code or "", broken))

    def _wait(self) -> Advice:
        """What to do where a limit of time ran out."""
        failure = self.failure
        if failure.status == 408 or failure.code not in {"connect", "first_token", "between_tokens", "whole"}:
            return Advice(f"{self.host} took too long", "try later")
        what = f"{failure.message} from {self.host}".replace(
            "connection within", f"connection to {self.host} within"
        )
        if failure.code == "connect":
            what = what.removesuffix(f" from {self.host}")
            network = (
                f"is there a network, and {self._is_right()}"
                if self.provider.base_url
                else "is there a network?"
            )
            return Advice(what, network)
        table = f"[providers.{self.name}.timeouts] of the settings"
        return Advice(what, f"try later, or raise {failure.code}_s under {table}")

    def _shorten(self) -> Advice:
        """What to do where a conversation has grown too long."""
        if self.provider.kind != "local":
            return Advice(
                f"the conversation no longer fits into the context of {self.model}",
                "shorten it, or name a model with more room by --model",
            )
        each = self.provider.context // self.provider.slots
        return Advice(
            f"the conversation no longer fits into the embedded model's {each:,} tokens",
            f"shorten it, or raise `context` under [providers.{self.name}] of the settings "
            f"(now {self.provider.context:,}, in {self.provider.slots} {'slot' if self.provider.slots == 1 else 'slots'})",
        )


def _short(text: str) -> str:
    """A name that leaves room for the rest of a sentence, also once what does not print is written as escapes."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
