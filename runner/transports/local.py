"""Serves the embedded model on loopback inside this process; it never reaches out and never prints.

What speaks here is llama.cpp's own HTTP server, so the ordinary openai client is pointed at it.
To know about it, as tried with xllamacpp 2026.10 and SmolLM2-135M-Instruct:

- The model's chat template puts "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
  in front where the first message is not a system one (`developer` counts as `system`); an empty system
  message keeps it away.
- Each slot has `context / slots` tokens. A request that does not fit is refused with 400
  `exceed_context_size_error`; a reply that grows past the end is cut there with `finish_reason: length`.
- Images and audio answer 500, lone surrogates 400: the same again on every retry.
- Embeddings are the mean over a text's tokens, of which there may be 512; more answer 500. Being ready for them
  changes neither what is said in a chat nor how fast.
- Usage has cached tokens, plain and (with `stream_options.include_usage`) streamed. JSON schemas hold;
  tools are taken and not used. Any model name is answered under the alias.
- `temperature: 0` repeats itself only for requests sent one at a time in the same order to a fresh server
  (without cached prefixes, as `caches=False` or `cache_prompt: false` among the params has it: in any order).
  Batching and cached prefixes change the last bits of the numbers, and so a word: at 4 in flight 15 of 20
  two-turn scripts differed.
- It hangs up after a streamed reply without having said so, and on idle connections after 5 s; a client
  that keeps connections then meets a dead one. `HEADERS` are what a client sends to be safe from that.
- An abandoned plain request is noticed only in a whole second in which no other is answered.
"""

import atexit
import contextlib
import ctypes
import os
import secrets
import socket
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from runner.errors import ProviderError

HEADERS = {"Connection": "close"}
"""What every request must carry; on loopback a new connection costs nothing that can be measured."""

_HOST = "127.0.0.1"
_WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "20000"}
"""How llama.cpp's threads wait for each other: they spin for a moment, then sleep. Without the moment, 20 short replies
took 1.6 times as long on two quiet cores; without the sleep, up to fifteen times as long on cores that others use too."""
_MOST_THREADS = 8
"""A model this small gets slower, not faster, with more."""
_SAVED_PROMPTS_MIB = 256
"""llama.cpp would keep prompts of up to 8 GiB that may come again."""
_QUIET = 1.2
"""Seconds between looks: a plain request notices a cut connection only in a whole second without any answer."""
_PATIENCE = 8.0
"""Seconds that requests in flight are given to notice that their connection is gone."""


class EmbeddedServer:
    """A GGUF model behind an OpenAI-compatible server, from `start` to `close`."""

    def __init__(
        self, gguf: Path, alias: str, slots: int = 4, context: int = 8192, *, caches: bool = True
    ) -> None:
        """Say what to serve: the file, the model's name in replies, how many at once in how many tokens.

        Where it `caches`, it reads no beginning twice, and what it says depends on what it read before.
        """
        self.gguf = gguf
        self.alias = alias
        self.slots = slots
        self.context = context
        self.caches = caches
        self.api_key = secrets.token_urlsafe(32)
        self._server: Any = None
        self._address = ""

    @property
    def base_url(self) -> str:
        """Where the API is, once started: `http://127.0.0.1:PORT/v1`."""
        assert self._address, "the server has not been started"
        return f"{self._address}/v1"

    def start(self) -> None:
        """Load the model and answer requests from here on; blocks for the time of loading."""
        assert self._server is None, "the server is started once"
        _check_gguf(self.gguf)
        xllamacpp = _import_llama_cpp()
        atexit.register(self.close)
        # On a thread, where no Ctrl-C can fall between loading and the first answer: a server that is
        # dropped before its loop runs waits for itself for ever, and holds the interpreter while it does.
        loader = threading.Thread(target=self._load, args=(xllamacpp,), name="embedded-model")
        loader.start()
        try:
            loader.join()
        except BaseException:
            loader.join()
            self.close()
            raise
        if self._server is None:
            atexit.unregister(self.close)
            raise ProviderError(
                f"{self.gguf} cannot be loaded: it is damaged, of a kind that this llama.cpp does not know, "
                "or too large for the memory. `runner pull` checks and fetches the embedded model."
            )

    def _load(self, xllamacpp: Any) -> None:
        """Load the model and wait for the loop that answers."""
        with contextlib.suppress(RuntimeError):  # it says no more than that it failed
            server = xllamacpp.Server(self._settings(xllamacpp))
            server.handle_metrics()
            self._address = server.listening_address
            self._server = server

    def _settings(self, xllamacpp: Any) -> Any:
        """What llama.cpp is told."""
        params = xllamacpp.CommonParams()
        params.model.path = str(self.gguf)
        params.model_alias = {self.alias}  # or replies would name the file's whole path
        params.hostnames = [_HOST]
        params.port = 0
        params.api_keys = [self.api_key]
        params.offline = True
        params.ui = False
        params.endpoint_slots = False
        params.endpoint_metrics = True  # tells `close` when nothing is in flight
        params.verbosity = -1  # the one level at which neither loading, nor requests, nor the end say a word
        params.n_parallel = self.slots
        params.n_ctx = self.context
        params.ctx_shift = False  # history that does not fit is refused, not dropped
        params.fit_params = False  # what was asked for, whatever memory is free
        params.cache_prompt = self.caches
        params.cache_ram_mib = _SAVED_PROMPTS_MIB if self.caches else 0
        params.cpuparams.n_threads = _count_cores()
        params.embedding = True
        params.pooling_type = (
            xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
        )  # a chat model names none itself
        return params

    def close(self) -> None:
        """Cut what is in flight and free the model; safe to call twice."""
        server, self._server = self._server, None
        if server is None:
            return
        atexit.unregister(self.close)
        # Dropping the last reference stops llama.cpp's loop and then waits for its open requests, which
        # nobody answers any more, with the interpreter held so that no client can hang up either.
        # So their connections are cut first, and the drop waits until nothing is in flight.
        _cut_connections(urlsplit(self._address).port)
        if not _wait_until_idle(server):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(server))  # left to the end of the process

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def _import_llama_cpp() -> Any:
    """The extra that holds llama.cpp, told how to wait; what the environment says of it goes before."""
    told = {} if _WAITING.keys() & os.environ.keys() else _WAITING
    os.environ.update(told)  # read once, when the library is loaded
    try:
        import xllamacpp  # noqa: PLC0415  # an extra, and heavy
    except ModuleNotFoundError as error:
        raise ProviderError(
            'The embedded model needs llama.cpp: pip install "conversation-runner[local]"'
        ) from error
    except ImportError as error:
        raise ProviderError(
            f"llama.cpp is installed but cannot be loaded: {error}. "
            "If it is libgomp that is missing, on Debian and Ubuntu: apt-get install libgomp1"
        ) from error
    finally:
        for name in told:
            del os.environ[name]
    return xllamacpp


def _check_gguf(path: Path) -> None:
    """Refuse what is plainly no model, with a better reason than llama.cpp gives."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ProviderError(
            f"{path} cannot be read ({error.strerror}). "
            "`runner pull` fetches the embedded model; a GGUF of your own is named in the settings."
        ) from error
    if magic != b"GGUF":
        raise ProviderError(f"{path} is not a GGUF file, the only kind of weights that llama.cpp loads.")


def _count_cores() -> int:
    """The cores that this process may use, by its affinity and its container's quota."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):  # ValueError: "max", no quota
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        cores = min(cores, int(quota) // int(period))
    return max(1, min(cores, _MOST_THREADS))


def _cut_connections(port: int | None) -> None:
    """Shut the server's own sockets: it offers no way to, and they are open files of this process."""
    try:
        names = os.listdir("/dev/fd")  # noqa: PTH208  # numbers, not paths
    except OSError:  # Windows: the clients are waited for instead
        return
    for name in names:
        try:
            twin = os.dup(int(name))
        except OSError:  # the listing's own
            continue
        try:
            connection = socket.socket(fileno=twin)
        except OSError:
            os.close(twin)
            continue
        with connection, contextlib.suppress(OSError):
            # The clients' ends have the port as their peer's, not as their own.
            if connection.family == socket.AF_INET and connection.getsockname() == (_HOST, port):
                connection.shutdown(socket.SHUT_RDWR)


def _wait_until_idle(server: Any) -> bool:
    """Whether nothing is in flight, soon enough."""
    until = time.monotonic() + _PATIENCE
    while not (idle := _is_idle(server)) and time.monotonic() < until:
        time.sleep(_QUIET)
    return idle


def _is_idle(server: Any) -> bool:
    """Whether the server's own counts say that no request is being answered or waiting."""
    lines = str(server.handle_metrics()).splitlines()
    counts = [line.rpartition(" ")[2] for line in lines if line.startswith("llamacpp:requests_")]
    return bool(counts) and all(float(count) == 0 for count in counts)
