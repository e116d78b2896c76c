"""Streams, in ReactiveX's terms."""

from __future__ import annotations

from scenario._events.stream import Stream


class Observer:
    def __init__(self):
        self.got = []

    def on_next(self, value):
        self.got.append(value)

    def on_error(self, error):
        raise AssertionError

    def on_completed(self):
        self.got.append("completed")


def test_functions_are_called_with_values_and_at_the_end():
    stream, got = Stream(), []
    stream.subscribe(got.append, on_completed=lambda: got.append("completed"))
    stream.publish(1)
    stream.complete()
    assert got == [1, "completed"]


def test_an_observer_object_works_as_well():
    stream, observer = Stream(), Observer()
    stream.subscribe(observer)
    stream.publish(1)
    stream.complete()
    stream.complete()
    assert observer.got == [1, "completed"]


def test_a_disposed_subscription_gets_nothing_more():
    stream, got = Stream(), []
    subscription = stream.subscribe(got.append)
    assert stream.observed
    subscription.dispose()
    subscription.dispose()
    stream.publish(1)
    assert got == []
    assert not stream.observed


def test_a_subscription_is_a_context_manager():
    stream, got = Stream(), []
    with stream.subscribe(got.append):
        stream.publish(1)
    stream.publish(2)
    assert got == [1]


def test_a_subscriber_that_raises_is_logged_and_disturbs_nobody(caplog):
    stream, got = Stream(), []

    def fail(*value):
        raise ValueError("mine")

    stream.subscribe(fail, on_completed=fail)
    stream.subscribe(got.append)
    stream.publish(1)
    stream.publish(2)
    stream.complete()
    assert got == [1, 2]
    assert caplog.text.count("ValueError: mine") == 3


def test_subscribing_to_a_completed_stream_completes_at_once():
    stream, observer = Stream(), Observer()
    stream.complete()
    stream.subscribe(observer).dispose()
    assert observer.got == ["completed"]


def test_a_subscriber_without_functions_is_fine():
    stream = Stream()
    stream.subscribe()
    stream.publish(1)
    stream.complete()
    assert stream.completed


class Loud(str):
    __slots__ = ()


def test_a_subscription_can_be_to_some_classes_only():
    stream, texts, louds, every = Stream(), [], [], []
    stream.subscribe(texts.append, only=(str,))
    stream.subscribe(louds.append, only=(Loud, bytes), on_completed=lambda: louds.append("completed"))
    stream.subscribe(every.append)
    for value in ("a", 1, Loud("b"), b"c", "d"):
        stream.publish(value)
    stream.complete()
    assert (texts, louds, every) == (["a", "b", "d"], ["b", b"c", "completed"], ["a", 1, "b", b"c", "d"])


def test_who_subscribes_while_values_come_gets_the_next_ones():
    stream, first, second = Stream(), [], []
    stream.subscribe(first.append)
    stream.publish(1)
    subscription = stream.subscribe(second.append, only=(int,))
    stream.publish(2)
    subscription.dispose()
    stream.publish(3)
    assert (first, second) == ([1, 2, 3], [2])
