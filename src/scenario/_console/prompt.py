"""Asking a person at the terminal, one question at a time, without holding up a loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

_one_at_a_time = threading.Lock()


async def ask(question: str) -> str:
    """Ask a question at the terminal.

    Returns:
        The line that was typed, without space around it; empty when there is nobody to type one.
    """
    answer: Future[str] = Future()
    threading.Thread(target=_ask, args=(question, answer), name="scenario-prompt", daemon=True).start()
    return await asyncio.wrap_future(answer)


def _ask(question: str, answer: Future[str]) -> None:
    with _one_at_a_time:
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(input(question).strip())
        except EOFError:
            answer.set_result("")
        except BaseException as error:  # noqa: BLE001 - whatever reading a line raises, the run gets it
            answer.set_exception(error)
