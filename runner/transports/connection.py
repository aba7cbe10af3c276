"""How the openai client is opened for a provider, and what its connections say when they fail; it sends nothing."""

import errno
import logging
import math
import re
import socket
import ssl
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx2
import openai

from runner.core.message import Failure
from runner.settings import Provider
from runner.settings.masking import Masking
from runner.settings.provider import OPENAI_URL
from runner.transports.faults import Broken, fail_connection, fail_limit
from runner.transports.wire import malformed

_TALKERS: Final = ("openai", "httpx", "httpx2", "httpcore", "httpcore2")
_NO_KEY: Final = "none"
"""What the client is told where a provider needs no key: it insists on one, which is then left out of the headers."""


def _name_faults() -> tuple[type[Exception], ...]:
    """The errors that a failed exchange raises; any other is a bug."""
    faults: list[type[Exception]] = [
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.InvalidURL,
        httpx2.StreamError,
        OSError,
    ]
    faults.append(anyio.EndOfStream)  # out of broken encryption, not translated by httpx2
    if (aiohttp := sys.modules.get("aiohttp")) is not None:  # openai has loaded it where it is installed
        faults.append(aiohttp.ClientError)
    return tuple(faults)


FAULTS: Final = _name_faults()


def connect(provider: Provider, http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    """The client of a provider on an HTTP client; it never tries twice, and no connection is opened yet."""
    key = provider.api_key.get_secret_value() if provider.api_key else _NO_KEY
    limits = provider.timeouts
    common: dict[str, Any] = {
        "api_key": key,
        "max_retries": 0,
        "timeout": httpx2.Timeout(limits.whole_s, connect=limits.connect_s),
        "http_client": http,
    }
    client: openai.AsyncOpenAI
    if provider.kind == "azure":
        # An address that names more than the resource is taken as it stands.
        place = "base_url" if "/openai" in urlsplit(provider.base_url or "").path else "azure_endpoint"
        client = openai.AsyncAzureOpenAI(
            **{place: provider.base_url, "api_version": provider.api_version, **common}
        )
    else:
        client = openai.AsyncOpenAI(base_url=provider.base_url or OPENAI_URL, **common)
    # Set, not handed in: for what is not handed in the client looks into the environment, whoever the provider is.
    client.organization, client.project = provider.organization, provider.project
    _hush()
    return client


def _hush() -> None:
    """Keep the client and what is below it from logging: OPENAI_LOG=debug shows whole bodies and headers."""
    for name in _TALKERS:
        logger = logging.getLogger(name)
        if logger.getEffectiveLevel() < logging.WARNING:
            logger.setLevel(logging.WARNING)


def open_headers(provider: Provider) -> dict[str, str | openai.Omit]:
    """The headers in which a provider's requests differ from the client's own."""
    headers: dict[str, str | openai.Omit] = {}
    if provider.api_key is None:
        headers["api-key" if provider.kind == "azure" else "Authorization"] = openai.Omit()
    if provider.kind == "local":
        headers["Connection"] = "close"  # llama.cpp closes idle connections without a word
    return headers


def name_fault(error: Exception, provider: Provider, masking: Masking, *, streaming: bool) -> Failure:
    """The failure that an error below HTTP is, without keys; `streaming` where a stream had begun."""
    chain = list(_unwind(error))
    if _ran_out(chain):
        if any(isinstance(cause, httpx2.ReadTimeout | httpx2.WriteTimeout) for cause in chain):
            return fail_limit("whole", provider.timeouts.whole_s)
        return fail_limit("connect", provider.timeouts.connect_s)
    if garbled := [cause for cause in chain if isinstance(cause, httpx2.DecodingError | zlib.error)]:
        return malformed("the answer cannot be unpacked", garbled[-1])
    # The client's own words say no more than that it was the connection.
    below = [cause for cause in chain if not isinstance(cause, openai.OpenAIError)] or chain
    said = [text for cause in below if (text := str(cause).strip())]
    reason = (
        re.sub(r"^400, message:\s*", "", said[-1]) if said else type(below[-1]).__name__
    )  # aiohttp's own 400
    why = _name_break(chain, provider)
    return fail_connection(
        "connection refused" if why == "refused" else masking.text(reason), why, streaming=streaming
    )


def _name_break(chain: list[BaseException], provider: Provider) -> Broken | None:
    """Why a connection cannot be made, where the errors that it came from say so."""
    # httpx2 cuts the chain, and keeps what it cut as an argument.
    chain = [cause for each in chain for cause in (each, *_kept_in(each))]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        return "untrusted"
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return "encryption"
    numbers = {cause.errno for cause in chain if isinstance(cause, OSError)}
    found: Broken | None = None
    if any(isinstance(cause, socket.gaierror) for cause in chain):
        found = "unknown_host"
    elif errno.ECONNREFUSED in numbers or any(isinstance(c, ConnectionRefusedError) for c in chain):
        found = "refused"
    elif numbers & {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}:
        found = "no_route"
    return "proxy" if found is not None and goes_by_proxy(provider) else found


def goes_by_proxy(provider: Provider) -> bool:
    """Whether the environment puts a proxy between this process and the provider."""
    parts = urlsplit(provider.base_url or OPENAI_URL)
    proxies = getproxies()
    named = parts.scheme in proxies or "all" in proxies
    return _trusts_environment(provider) and named and not proxy_bypass(parts.hostname or "")


def _ran_out(chain: list[BaseException]) -> bool:
    """Whether it was a limit of time that an error came from."""
    if any(type(cause).__module__.startswith("aiohttp.") for cause in chain):
        # By way of aiohttp every connection that breaks is called a timeout of httpx2's.
        return any(isinstance(cause, TimeoutError) for cause in chain)
    return any(isinstance(cause, TimeoutError | httpx2.TimeoutException) for cause in chain)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds after which a server wants to be asked again; None where it does not say."""
    for name, divisor in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / divisor
        except ValueError:
            continue
        if not math.isnan(seconds):
            return max(0.0, seconds)
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def open_http(provider: Provider) -> httpx2.AsyncClient:
    """The HTTP client under the openai client, with room for all that may be in flight."""
    limits = httpx2.Limits(max_connections=provider.in_flight, max_keepalive_connections=provider.in_flight)
    return openai.DefaultAsyncHttpxClient(
        limits=limits,
        trust_env=_trusts_environment(provider),
        follow_redirects=False,  # a redirect would take an Azure key to whatever host it names
        verify=open_encryption(provider),
    )


def open_encryption(provider: Provider) -> ssl.SSLContext:
    """What a provider's certificates are verified with."""
    trust_env = _trusts_environment(provider)
    if urlsplit(provider.base_url or "").scheme == "http" and not (trust_env and getproxies()):
        # Without encryption there is nothing to verify, and loading the certificates takes 35 ms.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.create_ssl_context(trust_env=trust_env)


def _trusts_environment(provider: Provider) -> bool:
    """Whether proxies and certificates of the environment count: none lies between this process and itself."""
    return provider.kind != "local"


def _kept_in(error: BaseException) -> Iterator[BaseException]:
    """The errors that an error was made with, and what they came from."""
    for each in error.args:
        if isinstance(each, BaseException):
            yield from _unwind(each)


def _unwind(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from, one after the other; of several at once each in its turn."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _unwind(each)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
