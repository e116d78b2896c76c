"""Delivering events beside the runs: one thread, many runs at once, and in order within each."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from typing import Any, Protocol
from weakref import WeakSet

from scenario._events.events import ScenarioEvent
from scenario._events.lanes import Lanes, Letter
from scenario._events.ledger import Ledger
from scenario._events.link import links
from scenario._events.process import outboxes
from scenario._events.sink import SinkTrouble
from scenario.errors import ScenarioError

CAPACITY = 10_000
"""How many events may wait."""
IN_FLIGHT = 8
"""How many events, of as many runs, are being sent at once."""
PATIENCE = 1.0
"""Seconds after which a snapshot that waits gives way to a newer one."""
_IDLE = 5.0  # seconds after which a thread with nothing to do ends
_JOIN = 1.0  # seconds that a thread gets to close its connections

_logger = logging.getLogger("scenario")


class Carrier(Protocol):
    """Brings events to where they go. It lives on the thread that uses it."""

    async def post(self, event: ScenarioEvent, max_retries: int) -> dict[str, Any]:
        """Deliver one event; raises when it is given up. The answer may hold a ``setUrl``."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Account:
    """What one bus hands to an outbox.

    Args:
        outbox: The outbox.
        max_retries: How often an event is sent again.
    """

    def __init__(self, outbox: Outbox, max_retries: int) -> None:
        self._outbox = outbox
        self._max_retries = max_retries
        self._desk = outbox.desk
        self._ledger = self._desk.open_ledger(outbox.name)

    def open(self) -> None:
        """Note that a run begins whose events will be handed over."""
        self._renew()
        with self._desk.lock:
            self._desk.users += 1

    def close(self) -> None:
        """Note that such a run has ended."""
        self._renew()
        with self._desk.lock:
            self._desk.users = max(0, self._desk.users - 1)
            self._desk.call()

    def put(self, event: ScenarioEvent) -> None:
        """Hand over an event; never waits."""
        self._renew()
        self._outbox.put(event, self._ledger, self._max_retries)

    def flush(self) -> Future[None]:
        """A future that is done when everything handed over so far was delivered, or given up."""
        self._renew()
        with self._desk.lock:
            return self._ledger.flush()

    def trouble(self) -> SinkTrouble | None:
        """What went wrong since the last time that this was asked, or None."""
        self._renew()
        with self._desk.lock:
            return self._ledger.trouble()

    def _renew(self) -> None:
        """Begin anew where the outbox did: in a child process, what waits is the parent's to deliver."""
        if self._desk is not self._outbox.desk:
            self._desk = self._outbox.desk
            self._ledger = self._desk.open_ledger(self._outbox.name)


class Outbox:
    """Delivers events on a thread that starts with the first of them and ends when there is nothing to do.

    Args:
        name: What reports call the receiver.
        open_carrier: Makes what delivers, on that thread.
        in_flight: How many runs' events are delivered at once.
        capacity: How many may wait; more are dropped and counted.
        patience: See `Lanes`.
        lingers: Keep the thread and its connections for some seconds after the last run.
    """

    def __init__(
        self,
        name: str,
        open_carrier: Callable[[], Carrier],
        *,
        in_flight: int = IN_FLIGHT,
        capacity: int = CAPACITY,
        patience: float | None = PATIENCE,
        lingers: bool = True,
    ) -> None:
        self.name = name
        self._lingers = lingers
        self._open_carrier = open_carrier
        self._in_flight = in_flight
        self._limits = (capacity, patience)
        self.desk = _Desk(*self._limits)

    def begin_anew(self) -> None:
        """Forget what waits, and the thread."""
        self.desk = _Desk(*self._limits)

    def put(self, event: ScenarioEvent, ledger: Ledger, max_retries: int) -> None:
        """Hand over an event; never waits."""
        desk = self.desk
        with desk.lock:
            letter = Letter(event, ledger, ledger.enter(), max_retries, time.monotonic())
            there_is_room, superseded = desk.lanes.put(letter)
            done = _settle(superseded)
            if not there_is_room or not self._is_served(desk):
                done += ledger.drop(letter.number)
        _fulfil(done)

    def close(self, timeout: float) -> SinkTrouble | None:
        """Wait until everything is delivered, and end the thread.

        Args:
            timeout: The most seconds to wait.

        Returns:
            What is lost and nobody was told of.
        """
        desk = self.desk
        with desk.lock:
            thread = desk.thread
            flushes = [ledger.flush() for ledger in desk.ledgers]
        if thread is None:
            return None
        wait(flushes, timeout)
        with desk.lock:
            untold = sum(ledger.untold() for ledger in desk.ledgers)
            desk.end()
        self.begin_anew()
        thread.join(_JOIN)
        return SinkTrouble(self.name, 0, 0, untold, None) if untold else None

    def _is_served(self, desk: _Desk) -> bool:
        """See to it that somebody delivers; false when the interpreter is about to end and nobody can."""
        if desk.thread is None:
            thread = threading.Thread(
                target=self._work, args=(desk,), name=f"scenario-outbox-{self.name}", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                return False
            desk.thread = thread
            outboxes.add(self)
        desk.call()
        return True

    def _work(self, desk: _Desk) -> None:
        try:
            with asyncio.Runner(loop_factory=_Loop) as runner:
                runner.run(self._serve(desk))
        except Exception as error:  # no loop could be made, for example for want of open files
            _logger.debug("The thread of %s ended", self.name, exc_info=True)
            _fulfil(desk.give_up(_told(error)))

    async def _serve(self, desk: _Desk) -> None:
        carrier = self._open_carrier()
        called = desk.listen(asyncio.get_running_loop())
        posting: set[asyncio.Task[None]] = set()
        try:
            while not desk.ended:
                called.clear()
                while len(posting) < self._in_flight and (letter := _next(desk)) is not None:
                    task = asyncio.create_task(self._deliver(carrier, desk, letter))
                    posting.add(task)
                    task.add_done_callback(posting.discard)
                    task.add_done_callback(lambda _: called.set())
                needed = posting or self._lingers or desk.users
                try:
                    await asyncio.wait_for(called.wait(), _IDLE if needed else 0)
                except TimeoutError:
                    if not posting and desk.leave():
                        return
        finally:
            for task in posting:
                task.cancel()
            await asyncio.gather(*posting, return_exceptions=True)
            await carrier.close()

    async def _deliver(self, carrier: Carrier, desk: _Desk, letter: Letter) -> None:
        error: str | None = None
        try:
            answer = await carrier.post(letter.event, letter.max_retries)
            links().tell(letter.event, answer)
        except BaseException as raised:  # a reporter of one's own may raise anything; named at the end
            if desk.ended:
                raise
            _logger.debug("%s raised for %s", self.name, letter.event.type_)
            error = _told(raised)
        with desk.lock:
            desk.lanes.done(letter.run_id)
            done = letter.ledger.settle(letter.number, error)
        _fulfil(done)


class _Desk:
    """What the threads of runs and the thread of an outbox share. To change it takes the lock.

    A child process gets a new one, for the lock may have been held while it was made.
    """

    def __init__(self, capacity: int, patience: float | None) -> None:
        self.lock = threading.Lock()
        self.lanes = Lanes(capacity, patience)
        self.ledgers: WeakSet[Ledger] = WeakSet()
        self.thread: threading.Thread | None = None
        self.users = 0
        self.ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._called = asyncio.Event()

    def open_ledger(self, name: str) -> Ledger:
        """A new ledger."""
        with self.lock:
            ledger = Ledger(name)
            self.ledgers.add(ledger)
            return ledger

    def call(self) -> None:
        """Wake the thread up. The lock is held."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._called.set)

    def listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Event:
        """What is set when somebody calls."""
        with self.lock:
            self._loop, self._called = loop, asyncio.Event()
            return self._called

    def leave(self) -> bool:
        """Let the thread end, unless there is something to do."""
        with self.lock:
            if not self.lanes.idle:
                return False
            self._loop = self.thread = None
            return True

    def end(self) -> None:
        """Have the thread end, whatever there is to do. The lock is held."""
        self.ended = True
        self.call()

    def give_up(self, error: str) -> list[Future[None]]:
        """Settle everything that waits; the next event gets another thread."""
        with self.lock:
            self._loop = self.thread = None
            done: list[Future[None]] = []
            while (letter := self.lanes.take(0.0)[0]) is not None:
                done += letter.ledger.settle(letter.number, error)
                self.lanes.done(letter.run_id)
            return done


class _Loop(asyncio.SelectorEventLoop):
    """A loop that looks up names on its own thread.

    The usual way needs a pool of threads, which can start none when the interpreter is about to end, and which
    it waits for when a lookup hangs.
    """

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Look up a name."""
        return socket.getaddrinfo(host, port, **options)


def _told(error: BaseException) -> str:
    text = str(error)
    return text if isinstance(error, ScenarioError) else f"{type(error).__name__}: {text}"


def _next(desk: _Desk) -> Letter | None:
    with desk.lock:
        letter, superseded = desk.lanes.take(time.monotonic())
        done = _settle(superseded)
    _fulfil(done)
    return letter


def _settle(letters: Iterable[Letter]) -> list[Future[None]]:
    return [done for letter in letters for done in letter.ledger.settle(letter.number)]


def _fulfil(done: Iterable[Future[None]]) -> None:
    for future in done:
        if future.set_running_or_notify_cancel():
            future.set_result(None)
