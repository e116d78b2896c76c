"""How often Python's garbage collector looks for cycles."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_SELDOM: Final = 50_000
"""New objects after which the collector looks at them: with hundreds of conversations in flight, most of the 700 that
Python waits for are still in use then, and to look at them in vain takes up to a fifth of the time of a run."""


@contextmanager
def collected_seldom() -> Generator[None]:
    """Let the collector look for cycles less often while the body runs. One that is off, or waits longer, stays as it is."""
    usual, *others = gc.get_threshold()
    if not 0 < usual < _SELDOM:
        yield
        return
    gc.set_threshold(_SELDOM, *others)
    try:
        yield
    finally:
        if gc.get_threshold()[0] == _SELDOM:
            gc.set_threshold(usual, *others)
