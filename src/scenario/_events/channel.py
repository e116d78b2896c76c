"""Where one run tells what happens in it: its facts, and the events that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenario._engine.facts import Fact, Started
from scenario._events.stream import Stream
from scenario.message_types import Message

if TYPE_CHECKING:
    from scenario._events.events import ScenarioEvent


class Channel:
    """The two streams of one run.

    Attributes:
        facts: Everything that happens.
        events: The events of the protocol. None is made while nobody is subscribed.
    """

    def __init__(self) -> None:
        from scenario._events.events import EventProjection  # noqa: PLC0415 - first needed by a run

        self.facts: Stream[Fact] = Stream()
        self.events: Stream[ScenarioEvent] = Stream()
        self._projection = EventProjection()
        self._messages: Sequence[Message] = ()
        self._missed = False
        self._is_silent = False

    def follow(self, messages: Sequence[Message]) -> None:
        """Take this list, as it grows and shrinks, as the conversation of the run."""
        self._messages = messages

    def is_heard(self) -> bool:
        """Whether anybody is subscribed. When not, the caller may keep a fact to itself."""
        if self.facts.observed or self.events.observed:
            return not self._is_silent
        self._missed = True
        return False

    def fall_silent(self) -> None:
        """Let nothing be heard any more but how the run ended, whatever an agent that blocks its thread still does."""
        self._is_silent = True

    def publish(self, fact: Fact) -> None:
        """Tell a fact, and the event that it stands for."""
        try:
            self.facts.publish(fact)
        finally:
            if self.events.observed:
                self._publish_event(fact)
            elif fact.__class__ is Started:
                self._projection.note(fact)  # what comes later follows from the messages, but this does not
            else:
                self._missed = True

    def end(self, interrupted: Fact | None, last: Fact) -> None:
        """Tell the end of a call that was cut short, if one was, and of the run; then end both streams."""
        try:
            if interrupted is not None:
                self.publish(interrupted)
        finally:
            try:
                self.publish(last)
            finally:
                self._complete()

    def _complete(self) -> None:
        try:
            self.facts.complete()
        finally:
            self.events.complete()

    def _publish_event(self, fact: Fact) -> None:
        if self._missed:
            self._missed = False
            self._projection.catch_up(self._messages)
        event = self._projection.project(fact)
        if event is not None:
            self.events.publish(event)
