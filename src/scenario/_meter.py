"""Where calls of models are reported while an agent's call goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenario.usage import ModelCall

meter: ContextVar[Callable[[ModelCall], None] | None] = ContextVar("scenario_meter", default=None)
"""Takes each call of a model; the engine sets it around every call of an agent."""


def stop(token: Token[Callable[[ModelCall], None] | None]) -> None:
    """End what `meter.set` began."""
    try:
        meter.reset(token)
    except ValueError:
        pass  # given up in another context, such as when a coroutine is collected: there it was never set


def report(call: ModelCall) -> None:
    """Report a call of a model to the run that it happens in; outside a run, to nobody."""
    take = meter.get()
    if take is not None:
        take(call)
