"""The way out: each provider's transport with its retries, limits, prices and secrets around it, opened when first needed."""

from pathlib import Path
from random import Random

from pydantic import SecretStr

from runner.core.message import Answer, Request
from runner.errors import ProviderError
from runner.operations.stage import Stage
from runner.settings import Provider
from runner.store.folder import RunFolder
from runner.transports import Notify, Transport
from runner.transports.alone import Alone
from runner.transports.cache_key import CacheKey
from runner.transports.fill import Fill
from runner.transports.limits import Limit
from runner.transports.local import EmbeddedServer
from runner.transports.openai_client import OpenAITransport
from runner.transports.priced import Priced
from runner.transports.retry import Retry
from runner.transports.router import Router
from runner.transports.scout import MOMENT_S
from runner.transports.weights import find_weights


class Embedded:
    """The embedded model's server with the transport that talks to it: both end together."""

    def __init__(self, server: EmbeddedServer, inner: Transport) -> None:
        """Take a server that was started, and what sends to it."""
        self._server = server
        self._inner = inner

    async def send(self, request: Request, notify: Notify) -> Answer:
        """The model's answer."""
        return await self._inner.send(request, notify)

    async def close(self) -> None:
        """Close the connections, then the server."""
        try:
            await self._inner.close()
        finally:
            self._server.close()


def connect(stage: Stage, folder: RunFolder, *, alone: bool = False) -> Router:
    """The transport of a run: requests go to the provider that they name; `alone` where a person sends one at a time."""

    def open_transport(name: str) -> Transport:
        provider = stage.settings.ready(name)
        at_once = 1 if stage.asked.reproduce else stage.asked.in_flight
        if at_once is not None:
            provider = provider.model_copy(update={"in_flight": min(at_once, provider.in_flight)})
        if provider.kind != "local":
            return _surround(provider, stage, folder, alone=alone)
        server, provider = _serve(provider, caches=not stage.asked.reproduce)
        return Embedded(server, _surround(provider, stage, folder, alone=alone))

    return Router(open_transport)


class Outlet:
    """One provider kept open for questions that come now and then: its connections, its limit, the embedded server."""

    def __init__(self, provider: Provider) -> None:
        """Make ready, and start the embedded model's server; raises ProviderError where there is none to start."""
        self.provider = provider
        """As the settings had it."""
        self.asking = 0
        """How many questions are under way."""
        self._server: EmbeddedServer | None = None
        self._reached = provider
        if provider.kind == "local":
            self._server, self._reached = _serve(provider)
        self._limit = _limit(provider)
        self._opened: dict[bool, Transport] = {}
        """By whether replies are streamed."""

    async def send(self, request: Request, notify: Notify, *, stream: bool) -> Answer:
        """The answer to a request."""
        if stream not in self._opened:
            client = OpenAITransport(self._reached, stream=stream)
            self._opened[stream] = _finish(client, self._reached, self._limit)
        if not self.asking:  # what failed once need not fail for ever: here nobody ends a run by it
            self._limit.breaker.forget()
        self.asking += 1
        try:
            return await self._opened[stream].send(request, notify)
        finally:
            self.asking -= 1

    async def close(self) -> None:
        """Close the connections, then the server; twice does no harm."""
        opened, self._opened = self._opened, {}
        try:
            for transport in opened.values():
                await transport.close()
        finally:
            if self._server is not None:
                self._server.close()


def require_ready(stage: Stage) -> None:
    """Raise ProviderError where a provider that is played on lacks its key, its address or its weights."""
    for name in dict.fromkeys(name for name, _ in stage.endpoints):
        provider = stage.settings.ready(name)
        if provider.kind == "local":
            _weights(provider)


def _surround(provider: Provider, stage: Stage, folder: RunFolder, *, alone: bool) -> Transport:
    """The provider's client, with what stands around it: secrets and files, tries, prices."""
    client = OpenAITransport(provider, stream=stage.asked.stream)
    files = {digest for scenario in stage.scenarios for digest in scenario.files}
    filled = Fill(client, secrets=stage.secrets, files=files, read_file=folder.read_file)
    limit = _limit(provider)
    finished = _finish(filled, provider, limit)
    return Alone(finished, limit) if alone else finished


def _limit(provider: Provider) -> Limit:
    """What all requests to a provider share."""
    return Limit(
        provider.in_flight,
        requests_per_minute=provider.requests_per_minute,
        tokens_per_minute=provider.tokens_per_minute,
        moment_s=0 if provider.kind == "local" else MOMENT_S,  # nothing is found out of a server of one's own
    )


def _finish(inner: Transport, provider: Provider, limit: Limit) -> Transport:
    """What sends, with the provider's tries and prices around it."""
    if provider.prompt_cache_key is not None:
        inner = CacheKey(inner, provider.prompt_cache_key)
    # Unseeded on purpose: many programs that were refused together must not come back together.
    tried = Retry(inner, limit, provider.retries, chance=Random())  # noqa: S311 - no secret
    return Priced(tried, provider)


def _serve(provider: Provider, *, caches: bool = True) -> tuple[EmbeddedServer, Provider]:
    """The embedded model's server, started, and the provider with its address."""
    server = EmbeddedServer(
        _weights(provider), provider.served, provider.slots, provider.context, caches=caches
    )
    server.start()
    address = {"base_url": server.base_url, "api_key": SecretStr(server.api_key)}
    return server, provider.model_copy(update=address)


def _weights(provider: Provider) -> Path:
    """The embedded model's weights; raises ProviderError where they are not there."""
    if provider.gguf is not None:
        if not Path(provider.gguf).is_file():
            raise ProviderError(f"the model {provider.gguf} of the provider {provider.name} is not there")
        return Path(provider.gguf)
    weights = find_weights()
    if weights is None:
        raise ProviderError(
            "the embedded model is not there yet: fetch it with `runner pull` (about 90 MB, once)"
        )
    return weights
