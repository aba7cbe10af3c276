"""How the openai client is opened for a provider."""

import asyncio
import subprocess
import sys
import time
from email.utils import formatdate

import openai
import pytest

from runner.transports.connection import connect, open_http, read_retry_after
from tests.asking import provider_at


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "100000"}, 100000),
        ({"retry-after": "-4"}, 0),
        ({"retry-after": "inf"}, float("inf")),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "odd", "retry-after": "9"}, 9),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
    ],
)
def test_reads_when_to_come_again(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and dates are read; what is none of them is as if it had not been said."""
    assert read_retry_after(headers) == seconds


def test_reads_dates_to_come() -> None:
    """A date to come is so many seconds away."""
    seconds = read_retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)})
    assert seconds is not None
    assert 50 < seconds <= 61


def test_the_client_never_tries_twice() -> None:
    """The openai client's own retries are off, and its limits are the provider's."""

    async def main() -> None:
        provider = provider_at("http://127.0.0.1:1/v1", timeouts={"connect_s": 3.0, "whole_s": 7.0})
        client = connect(provider, open_http(provider))
        assert client.max_retries == 0
        assert isinstance(client.timeout, openai.Timeout)
        assert (client.timeout.connect, client.timeout.read) == (3, 7)
        await client.close()

    asyncio.run(main())


def test_settings_and_transports_open_the_client_late() -> None:
    """Neither the settings nor the common part of the transports load the openai client."""
    code = "import sys, runner.settings, runner.transports; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
