"""The clients that runner is held against: the loop that everybody writes with openai, and bare aiohttp as the floor.

    python loop.py openai|openai-aiohttp|post|bare BASE_URL WORK.json IN_FLIGHT

One process plays the whole work and keeps nothing. It imports what such a script would import, and nothing of runner.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

MODEL = "gpt-5.4-mini"
Converse = Callable[[str, list[str]], Awaitable[None]]


async def gather(converse: Converse, work: dict[str, Any], in_flight: int) -> None:
    """Play all conversations, at most so many at once."""
    gate = asyncio.Semaphore(in_flight)

    async def one() -> None:
        async with gate:
            await converse(work["system"], work["turns"])

    await asyncio.gather(*(one() for _ in range(work["conversations"])))


async def play_openai(base_url: str, work: dict[str, Any], in_flight: int, *, aiohttp: bool) -> None:
    """The loop with `chat.completions.create`."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    options: dict[str, Any] = {"http_client": DefaultAioHttpClient()} if aiohttp else {}
    async with AsyncOpenAI(base_url=base_url, api_key="sk-benchmark", **options) as client:

        async def converse(system: str, turns: list[str]) -> None:
            messages: list[Any] = [{"role": "system", "content": system}]
            for turn in turns:
                messages.append({"role": "user", "content": turn})
                completion = await client.chat.completions.create(model=MODEL, messages=messages)
                messages.append({"role": "assistant", "content": completion.choices[0].message.content})

        await gather(converse, work, in_flight)


async def play_post(base_url: str, work: dict[str, Any], in_flight: int) -> None:
    """The openai client carrying joined bytes on aiohttp: what no client that keeps to its public `post` goes below."""
    import httpx2
    from openai import AsyncOpenAI, DefaultAioHttpClient

    tail = b'],"model":"%b"}' % MODEL.encode()
    async with AsyncOpenAI(
        base_url=base_url, api_key="sk-benchmark", http_client=DefaultAioHttpClient()
    ) as client:

        async def converse(system: str, turns: list[str]) -> None:
            body = b'{"messages":[' + json.dumps({"role": "system", "content": system}).encode()
            for turn in turns:
                body += b"," + json.dumps({"role": "user", "content": turn}).encode()
                response = await client.post(
                    "/chat/completions", content=body + tail, cast_to=httpx2.Response
                )
                reply = json.loads(response.content)["choices"][0]["message"]["content"]
                body += b"," + json.dumps({"role": "assistant", "content": reply}).encode()

        await gather(converse, work, in_flight)


async def play_bare(base_url: str, work: dict[str, Any], in_flight: int) -> None:
    """The floor: each message encoded once, bodies joined of bytes, answers read as JSON."""
    import aiohttp

    headers = {"Authorization": "Bearer sk-benchmark", "Content-Type": "application/json"}
    tail = b'],"model":"%b"}' % MODEL.encode()
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:

        async def converse(system: str, turns: list[str]) -> None:
            body = b'{"messages":[' + json.dumps({"role": "system", "content": system}).encode()
            for turn in turns:
                body += b"," + json.dumps({"role": "user", "content": turn}).encode()
                async with session.post(f"{base_url}/chat/completions", data=body + tail) as response:
                    reply = json.loads(await response.read())["choices"][0]["message"]["content"]
                body += b"," + json.dumps({"role": "assistant", "content": reply}).encode()

        await gather(converse, work, in_flight)


def main() -> None:
    """Play as the command line says."""
    kind, base_url, path, in_flight = sys.argv[1:]
    work = json.loads(Path(path).read_text(encoding="utf-8"))
    if kind in {"bare", "post"}:
        asyncio.run((play_bare if kind == "bare" else play_post)(base_url, work, int(in_flight)))
    else:
        asyncio.run(play_openai(base_url, work, int(in_flight), aiohttp=kind == "openai-aiohttp"))


if __name__ == "__main__":
    main()
