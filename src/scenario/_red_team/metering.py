"""Calls of models outside an agent's call, kept so that they can be reported in the next one."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from scenario._meter import meter, report
from scenario.usage import ModelCall


@contextmanager
def kept_calls() -> Generator[list[ModelCall]]:
    """Collect the calls of models in the body, unless somebody collects them already."""
    calls: list[ModelCall] = []
    if meter.get() is not None:
        yield calls
        return
    token = meter.set(calls.append)
    try:
        yield calls
    finally:
        meter.reset(token)


def report_calls(calls: Iterable[ModelCall]) -> None:
    """Report calls that were kept."""
    for call in calls:
        report(call)
