"""A whole call of a model: tries, waits, what an endpoint does not take, and one error at the end."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from scenario._models.adapt import Change, applied, change_for, in_words
from scenario._models.limits import Gate
from scenario._models.openai_calls import TryFailedError
from scenario._models.port import ModelReply
from scenario._models.prices import Price
from scenario._models.reply import Answer, UnreadableAnswerError, read_reply
from scenario._models.retry import Failure, RetryPolicy, Trouble
from scenario._redaction import redactor
from scenario.errors import ModelError

__tracebackhide__ = True  # pytest leaves our frames out: their values can hold keys

_logger = logging.getLogger("scenario")

Try: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[Answer]]
"""Makes one try with the request's parameters; raises `TryFailedError`."""

_MOST_CHANGES = 8
_SAID = 400
_chance = random.SystemRandom()  # a seed that a test sets must not make callers come back together


@dataclass(frozen=True)
class Line:
    """The way to one model.

    Attributes:
        label: The model for people, such as ``openai/gpt-4.1-mini``.
        provider: Who answers.
        model: The model as the provider names it.
        gate: The limit of calls at once.
        learned: What the model was found not to take; added to here.
        policy: How often and how long to try.
        price: What the model costs, where it is known.
        address: Where the model is called, for errors.
        key_variable: The environment variable that holds the key, for errors.
    """

    label: str
    provider: str
    model: str
    gate: Gate
    learned: list[Change]
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    price: Price | None = None
    address: str = ""
    key_variable: str = ""


async def call(line: Line, params: Mapping[str, Any], make_try: Try) -> ModelReply:
    """Call a model, on the I/O loop.

    Args:
        line: The way to it.
        params: The request's parameters.
        make_try: Makes one try.

    Returns:
        The reply.

    Raises:
        ModelError: It could not be had.
    """
    began = time.monotonic()
    attempts = changes = 0
    while True:
        attempts += 1
        sent = applied(line.learned, params)
        outcome = await _one_try(line, sent, make_try)
        if isinstance(outcome, ModelReply):
            return replace(outcome, seconds=time.monotonic() - began, attempts=attempts)
        if changes < _MOST_CHANGES and _adapt(line, outcome, params, sent):
            changes += 1
            continue
        elapsed = time.monotonic() - began
        wait = line.policy.wait(
            outcome, attempts - changes, elapsed, chance=_chance.random(), now=time.time()
        )
        if wait is None:
            raise model_error(line, outcome, attempts)
        await asyncio.sleep(wait)


async def _one_try(line: Line, params: Mapping[str, Any], make_try: Try) -> ModelReply | Failure:
    era = await line.gate.enter()
    try:
        answer = await make_try(params)
        reply = read_reply(answer, provider=line.provider, price=line.price)
    except TryFailedError as error:
        if error.failure.trouble is Trouble.LIMITED:
            line.gate.refused(era)
        return error.failure
    except UnreadableAnswerError as error:
        return Failure(Trouble.UNREADABLE, str(error))
    finally:
        line.gate.leave()
    line.gate.succeeded()
    return reply


def _adapt(line: Line, failure: Failure, params: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Learn from a refusal what the model does not take; False when there is nothing to learn."""
    if applied(line.learned, params) != sent:
        return True  # another call has learned it meanwhile
    change = change_for(failure, sent)
    if change is None or change in line.learned:
        return False
    line.learned.append(change)
    said = redactor().text(failure.text)[:_SAID]
    _logger.warning("%s %s (it said: %s)", line.label, in_words(change), said)
    return True


def model_error(line: Line, failure: Failure, attempts: int) -> ModelError:
    """The error for a call that failed for good. Its text holds no key.

    Args:
        line: The way to the model.
        failure: How the last try failed.
        attempts: How many tries there were.
    """
    tries = f" after {attempts} tries" if attempts > 1 else ""
    status = f" with status {failure.status}" if failure.status is not None else ""
    request = f", request {failure.request_id}" if failure.request_id else ""
    head = f"{line.label} gave no reply{tries} ({failure.trouble.value}{status}{request})"
    said = redactor().text(failure.text)[:_SAID].rstrip(".")
    return ModelError(
        f"{head}: {said}. {redactor().text(_advice(line, failure))}",
        provider=line.provider,
        model=line.model,
        status=failure.status,
        request_id=failure.request_id,
        attempts=attempts,
    )


def _advice(line: Line, failure: Failure) -> str:
    """What to do next."""
    key = f"the key in {line.key_variable}" if line.key_variable else "the key"
    at = f" at {line.address}" if line.address else ""
    match failure.trouble:
        case Trouble.UNREACHABLE:
            return f"Is the server{at} running, and api_base= right?"
        case Trouble.TIMED_OUT:
            return "Give it longer with timeout= (seconds), or check whether it hangs."
        case Trouble.LIMITED:
            return "Run fewer scenarios at once, set max_concurrency=, or ask the provider for more."
        case Trouble.BUSY | Trouble.BROKEN:
            return f"The trouble is on the way or on the provider's side{at}: try again later."
        case Trouble.UNREADABLE:
            return f"Does what is served{at} speak OpenAI's protocol? Such an address often ends in /v1."
        case Trouble.REFUSED:
            pass
    match failure.status:
        case 401 | 403:
            return f"Check {key}, and whether it may use this model."
        case 402 | 429:
            return f"Check the account's quota{at}."
        case 404:
            return f"Check the model's name and the address{at}."
        case _:
            return f"Check the model's parameters and what is served{at}."
