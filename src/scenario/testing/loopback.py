"""A small HTTP server on loopback, on the standard library alone."""

from __future__ import annotations

import asyncio
import inspect
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias
from weakref import WeakSet

from scenario.testing._wire import (
    Answer,
    BadRequestError,
    HangUp,
    ReceivedRequest,
    Streamed,
    prepared,
    read_request,
    written,
)


class Settable(Protocol):
    """An event: ``threading.Event`` or ``asyncio.Event``."""

    def is_set(self) -> bool:
        """Whether it has happened."""
        ...


@dataclass(frozen=True)
class Delayed:
    """An answer that comes late.

    Attributes:
        reply: The answer.
        until: Seconds, or an event that is waited for.
    """

    reply: Any
    until: float | Settable


Sent: TypeAlias = Answer | Streamed | HangUp
AnswerFunction: TypeAlias = Callable[[ReceivedRequest], Any | Awaitable[Any]]

_HEAD_LIMIT = 2**20
_POLL_SECONDS = 0.005


class LoopbackServer:
    """An HTTP server on loopback whose answers are a function; it runs in a thread of its own.

    Use it as a context manager, or call `start` and `stop`. It keeps connections open and serves many hundreds
    at once.

    Args:
        answer: Makes the answer to a request: an `Answer`, `Streamed`, `HangUp` or `Delayed`; text is sent as
            plain text, other data as JSON. It is called on the server's thread, so it must not block; it may be
            asynchronous.
        port: The port; 0 takes a free one.
        keep: The most requests to keep; None keeps all.

    Attributes:
        port: The port that it listens on.

    Example:
        >>> with LoopbackServer(lambda request: {"reply": f"You said {request.body['message']}"}) as server:
        ...     url = f"{server.url}/chat"
    """

    def __init__(self, answer: AnswerFunction, *, port: int = 0, keep: int | None = None) -> None:
        self.port = port
        self._answer = answer
        self._keep = keep
        self._requests: list[ReceivedRequest] = []
        self._arrived = threading.Condition()
        self._received = self._at_once = self._most_at_once = self._connections = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._open: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self._closing: WeakSet[asyncio.WriteTransport] = WeakSet()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests so far, in the order in which they came."""
        with self._arrived:
            return list(self._requests)

    @property
    def most_at_once(self) -> int:
        """How many requests were open at the same time, at most."""
        return self._most_at_once

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self._connections

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> list[ReceivedRequest]:
        """Wait until so many requests have come. It blocks: in a coroutine, use ``asyncio.to_thread``.

        Args:
            count: How many, counted from the start.
            timeout: The most seconds to wait.

        Returns:
            The requests so far.

        Raises:
            TimeoutError: They did not come.
        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._received >= count, timeout):
                raise TimeoutError(
                    f"{self._received} of {count} requests came to {self.url} in {timeout:g} s"
                )
            return list(self._requests)

    def start(self) -> Self:
        """Begin to listen. The port is open when this returns.

        Raises:
            OSError: The port is taken.
            RuntimeError: The server listens already.
        """
        if self._thread is not None:
            raise RuntimeError(f"the server at {self.url} has been started already")
        listening = socket.create_server(("127.0.0.1", self.port), backlog=1024)
        self.port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(
            target=self._run, args=(self._loop, listening), name=f"scenario-loopback-{self.port}", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening, drop what is open, and end the thread."""
        thread, loop = self._thread, self._loop
        if thread is None or loop is None:
            return
        loop.call_soon_threadsafe(self._stopping.set)
        thread.join()
        self._thread = self._loop = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._listen(listening))
        finally:
            loop.close()

    async def _listen(self, listening: socket.socket) -> None:
        server = await asyncio.start_server(self._serve, sock=listening, limit=_HEAD_LIMIT)
        await self._stopping.wait()
        server.close()
        for _ in range(4):  # rounds of the loop until a connection that was just accepted has its task
            await asyncio.sleep(0)
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for transport in list(self._closing):
            transport.abort()  # what the other side does not read is not waited for
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._open[task] = writer
        self._connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except ConnectionError:
            pass  # the other side has gone
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            del self._open[task]
            self._closing.add(writer.transport)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer.

        Returns:
            Whether the connection stays.
        """
        try:
            request = await read_request(reader)
        except BadRequestError as error:
            writer.writelines(written(Answer(str(error).encode(), 400, content_type="text/plain")))
            return False
        if request is None:
            return False
        self._note(request)
        try:
            sent = await self._sent(request)
            if isinstance(sent, HangUp):
                return False
            for piece in written(sent):
                writer.write(piece)
                await writer.drain()
        finally:
            self._at_once -= 1
        breaks = isinstance(sent, Streamed) and sent.breaks
        return not breaks and request.headers.get("connection", "").lower() != "close"

    def _note(self, request: ReceivedRequest) -> None:
        self._at_once += 1
        self._most_at_once = max(self._most_at_once, self._at_once)
        with self._arrived:
            self._received += 1
            self._requests.append(request)
            if self._keep is not None:
                del self._requests[: len(self._requests) - self._keep]
            self._arrived.notify_all()

    async def _sent(self, request: ReceivedRequest) -> Sent:
        try:
            made = self._answer(request)
            return await as_sent(await made if inspect.isawaitable(made) else made)
        except Exception as error:  # noqa: BLE001 - what a test's own function raises is shown to the client
            text = f"{type(error).__name__}: {error}"
            return prepared(Answer(text, 500, content_type="text/plain; charset=utf-8"))


async def as_sent(made: Any) -> Sent:
    """What a function's value means as an answer; waits for what is delayed."""
    while isinstance(made, Delayed):
        await wait_until(made.until)
        made = made.reply
    match made:
        case HangUp():
            return made
        case Answer() | Streamed():
            return prepared(made)
        case str():
            return prepared(Answer(made, content_type="text/plain; charset=utf-8"))
        case _:
            return prepared(Answer(made))


async def wait_until(until: float | Settable) -> None:
    """Wait some seconds, or for an event of any thread."""
    if isinstance(until, int | float):
        await asyncio.sleep(until)
        return
    while not until.is_set():  # noqa: ASYNC110 - an event of another thread wakes no loop
        await asyncio.sleep(_POLL_SECONDS)
