"""The channel, with real sockets: who gets in, and what nonsense does."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from framecrew.execution.channel import Exchange


def with_exchange(story: Callable[[Exchange], Awaitable[None]]) -> None:
    async def tell() -> None:
        exchange = Exchange()
        await exchange.open()
        try:
            await asyncio.wait_for(story(exchange), 20)
        finally:
            await exchange.close()

    asyncio.run(tell())


async def connect(exchange: Exchange) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = exchange.address.split(":")
    return await asyncio.open_connection(host, int(port))


async def leave(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def hello(token: str, **more: object) -> bytes:
    return json.dumps({"type": "hello", "token": token, **more}).encode() + b"\n"


def test_messages_go_both_ways_after_the_right_token() -> None:
    async def story(exchange: Exchange) -> None:
        token, caller = exchange.expect()
        reader, writer = await connect(exchange)
        writer.write(hello(token, pid=7))
        channel, greeting = await caller
        assert greeting["pid"] == 7
        channel.send({"type": "open", "scene": "/ü.blend"})
        assert json.loads(await reader.readline()) == {"type": "open", "scene": "/ü.blend"}
        writer.write(b'{"type": "opened"}\n{"type": "fra')
        assert await channel.read_messages() == [{"type": "opened"}]
        writer.write(b'me_begun"}\n')
        assert await channel.read_messages() == [{"type": "frame_begun"}]
        await leave(writer)
        assert await channel.read_messages() is None
        channel.close()

    with_exchange(story)


def test_two_sessions_that_call_at_once_are_told_apart() -> None:
    async def story(exchange: Exchange) -> None:
        expected = [exchange.expect() for _ in range(2)]
        writers = []
        for number, (token, _) in reversed(list(enumerate(expected))):
            _, writer = await connect(exchange)
            writer.write(hello(token, number=number))
            writers.append(writer)
        for number, (_, caller) in enumerate(expected):
            channel, greeting = await caller
            assert greeting["number"] == number
            channel.close()
        for writer in writers:
            await leave(writer)

    with_exchange(story)


async def is_turned_away(exchange: Exchange, words: bytes) -> bool:
    reader, writer = await connect(exchange)
    writer.write(words)
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True
    finally:
        await leave(writer)


def test_whoever_does_not_know_the_token_is_turned_away_and_forgotten() -> None:
    async def story(exchange: Exchange) -> None:
        token, caller = exchange.expect()
        for words in (
            hello("0" * 32),
            hello(""),
            b"GET / HTTP/1.1\r\n\r\n",
            b"[1, 2]\n",
            json.dumps({"type": "open", "token": token}).encode() + b"\n",
            b"x" * 1_000_000,
        ):
            assert await is_turned_away(exchange, words)
        assert not caller.done()
        exchange.forget(token)

    with_exchange(story)


def test_a_token_is_good_for_one_session() -> None:
    async def story(exchange: Exchange) -> None:
        token, caller = exchange.expect()
        _, writer = await connect(exchange)
        writer.write(hello(token))
        channel, _ = await caller
        assert await is_turned_away(exchange, hello(token))
        channel.close()
        await leave(writer)

    with_exchange(story)


def test_nonsense_ends_the_channel() -> None:
    async def story(exchange: Exchange) -> None:
        token, caller = exchange.expect()
        _, writer = await connect(exchange)
        writer.write(hello(token))
        channel, _ = await caller
        writer.write(b"Segmentation fault\n")
        assert await channel.read_messages() is None
        channel.close()
        await leave(writer)

    with_exchange(story)


def test_a_forgotten_token_is_expected_no_more() -> None:
    async def story(exchange: Exchange) -> None:
        token, caller = exchange.expect()
        exchange.forget(token)
        assert caller.cancelled()
        assert await is_turned_away(exchange, hello(token))

    with_exchange(story)
