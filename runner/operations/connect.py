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
from runner.transports.fill import Fill
from runner.transports.limits import Limit
from runner.transports.local import EmbeddedServer
from runner.transports.openai_client import OpenAITransport
from runner.transports.priced import Priced
from runner.transports.retry import Retry
from runner.transports.router import Router
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


def connect(stage: Stage, folder: RunFolder) -> Router:
    """The transport of a run: requests go to the provider that they name."""

    def open_transport(name: str) -> Transport:
        provider = stage.settings.ready(name)
        if stage.asked.in_flight is not None:
            provider = provider.model_copy(
                update={"in_flight": min(stage.asked.in_flight, provider.in_flight)}
            )
        if provider.kind != "local":
            return _surround(provider, stage, folder)
        server = EmbeddedServer(_weights(provider), provider.served, provider.slots, provider.context)
        server.start()
        address = {"base_url": server.base_url, "api_key": SecretStr(server.api_key)}
        return Embedded(server, _surround(provider.model_copy(update=address), stage, folder))

    return Router(open_transport)


def require_ready(stage: Stage) -> None:
    """Raise ProviderError where a provider that is played on lacks its key, its address or its weights."""
    for name in dict.fromkeys(name for name, _ in stage.providers):
        provider = stage.settings.ready(name)
        if provider.kind == "local":
            _weights(provider)


def _surround(provider: Provider, stage: Stage, folder: RunFolder) -> Transport:
    """The provider's client, with what stands around it: secrets and files, tries, prices."""
    client = OpenAITransport(provider, stream=stage.asked.stream)
    files = {digest for scenario in stage.scenarios for digest in scenario.files}
    filled = Fill(client, secrets=stage.secrets, files=files, read_file=folder.read_file)
    # Unseeded on purpose: many programs that were refused together must not come back together.
    tried = Retry(filled, Limit(provider.in_flight), provider.retries, chance=Random())  # noqa: S311 - no secret
    return Priced(tried, provider)


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
