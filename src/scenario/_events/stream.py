"""A stream of values to subscribe to, in ReactiveX's terms (https://reactivex.io/documentation/contract.html).

Subscribers are called at once, on the thread that publishes. One that raises is logged and goes on being
called; it cannot disturb the publisher or the other subscribers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar, cast

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
T_co = TypeVar("T_co", covariant=True)

_logger = logging.getLogger("scenario")


class Observer(Protocol[T_contra]):
    """Takes what a stream publishes."""

    def on_next(self, value: T_contra, /) -> None:
        """Take a value."""
        ...

    def on_error(self, error: Exception, /) -> None:
        """Take the error that ended the stream."""
        ...

    def on_completed(self) -> None:
        """Take note that the stream has ended."""
        ...


class Disposable:
    """A subscription; `dispose` ends it."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end

    def dispose(self) -> None:
        """End the subscription; a second time does nothing."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()


class Observable(Protocol[T_co]):
    """Something to subscribe to."""

    def subscribe(
        self,
        on_next: Observer[Any] | Callable[[Any], Any] | None = None,
        on_error: Callable[[Exception], Any] | None = None,
        on_completed: Callable[[], Any] | None = None,
    ) -> Disposable:
        """Be called with every value from now on."""
        ...


class Stream(Generic[T]):
    """A stream that publishes to its subscribers, until it is completed.

    Attributes:
        observed: Whether anybody is subscribed.
        completed: Whether it has ended.
    """

    def __init__(self) -> None:
        self._observers: tuple[_Subscriber, ...] = ()
        self._listeners: dict[type[Any], list[Callable[[T], Any]]] = {}
        self.observed = False
        self.completed = False

    def subscribe(
        self,
        on_next: Observer[T] | Callable[[T], Any] | None = None,
        on_error: Callable[[Exception], Any] | None = None,
        on_completed: Callable[[], Any] | None = None,
        *,
        only: tuple[type[T], ...] | None = None,
    ) -> Disposable:
        """Be called with every value from now on.

        Args:
            on_next: Called with each value; or an object with the three methods as its own.
            on_error: Called with the error that ended the stream.
            on_completed: Called when the stream has ended; at once, if it has already.
            only: The classes of the values to be called with; None is all.

        Returns:
            The subscription.
        """
        subscriber = _subscriber(on_next, on_error, on_completed)
        subscriber.only = only
        if self.completed:
            subscriber.on_completed()
            return Disposable(lambda: None)
        self._observe((*self._observers, subscriber))
        return Disposable(lambda: self._drop(subscriber))

    def publish(self, value: T) -> None:
        """Hand a value to every subscriber.

        Raises:
            BaseException: An interruption, such as Ctrl-C, that hit a subscriber; all have got the value then.
        """
        kind = value.__class__
        listeners = self._listeners.get(kind)
        interruption: BaseException | None = None
        for listener in self._listeners_for(kind) if listeners is None else listeners:
            try:
                listener(value)
            except Exception:  # subscribers are other people's code, and the others are told all the same
                _logger.exception("A subscriber raised")
            except BaseException as error:  # noqa: BLE001 - raised below, when everybody was told
                interruption = error
        if interruption is not None:
            raise interruption

    def complete(self) -> None:
        """End the stream; a second time does nothing."""
        if self.completed:
            return
        self.completed = True
        observers = self._observers
        self._observe(())
        self._listeners[_End] = [observer.end for observer in observers]
        self.publish(cast("T", _End()))

    def _drop(self, subscriber: _Subscriber) -> None:
        self._observe(tuple(other for other in self._observers if other is not subscriber))

    def _observe(self, observers: tuple[_Subscriber, ...]) -> None:
        self._observers = observers
        self._listeners = {}
        self.observed = bool(observers)

    def _listeners_for(self, kind: type[Any]) -> list[Callable[[T], Any]]:
        """Who is called with values of a class; to find out once for each is cheaper than for each value."""
        listeners = self._listeners  # who subscribes meanwhile begins a new one, and this is used no more
        takers = [each for each in self._observers if each.only is None or issubclass(kind, each.only)]
        return listeners.setdefault(kind, [each.on_next for each in takers])


class _End:
    """What a stream publishes to its subscribers when it ends, in their other function."""


class _Subscriber:
    """The functions of a subscriber."""

    def __init__(self, on_next: Callable[[Any], Any] | None, on_completed: Callable[[], Any] | None) -> None:
        self.on_next = on_next or _ignore
        self.on_completed = on_completed or _ignore
        self.only: tuple[type[Any], ...] | None = None

    def end(self, _: object) -> None:
        self.on_completed()


def _subscriber(
    on_next: Any, on_error: Callable[[Exception], Any] | None, on_completed: Callable[[], Any] | None
) -> _Subscriber:
    del on_error  # these streams never fail: a run's failure is a value in them
    if on_next is not None and not callable(on_next):
        observer = cast("Observer[Any]", on_next)
        return _Subscriber(observer.on_next, observer.on_completed)
    return _Subscriber(on_next, on_completed)


def _ignore(*_: Any) -> None:
    pass
