"""What an endpoint's answer says: the agent's reply, the session, the usage. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from scenario._models.checked import is_number
from scenario._models.reply import read_usage as usage_of_call
from scenario._text import as_text, shorten
from scenario.errors import EndpointError
from scenario.integrations._http.paths import NotThereError, describe, look_up
from scenario.integrations._http.streams import Event
from scenario.types import AgentReturnTypes
from scenario.usage import Usage

ReadFunction: TypeAlias = Callable[[Any], AgentReturnTypes]
_SHOWN = 200
_COUNTS = ("prompt_tokens", "input_tokens", "completion_tokens", "output_tokens")


def hidden(text: str, secrets: Sequence[str]) -> str:
    """A text without these secrets. Hide first and shorten then, or half of one may be left."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


class Reader:
    """Reads the answers of an endpoint.

    Args:
        agent: Whose it is, for errors.
        endpoint: Its address, for errors.
        reply: Where the reply is, or a function that finds it; None means that the body is the reply.
        secrets: Texts that no error may show, the longest first.
    """

    def __init__(
        self, agent: str, endpoint: str, reply: str | ReadFunction | None, secrets: Sequence[str] = ()
    ) -> None:
        self._secrets = secrets
        self._agent = agent
        self._endpoint = endpoint
        self._reply = reply

    def whole(self, body: Any) -> AgentReturnTypes:
        """The reply in a body.

        Args:
            body: The body, decoded if it was JSON.

        Raises:
            EndpointError: It holds no reply.
        """
        if self._reply is None:
            return self._as_reply(body, "the body of its answer")
        if callable(self._reply):
            return self._called(self._reply, body)
        if isinstance(body, str):
            raise self._error(f"answered with no JSON, so that `{self._reply}` cannot be looked up", body)
        try:
            found = look_up(body, self._reply)
        except NotThereError as error:
            raise self._error(f"answered without `{self._reply}`: {error}", body) from error
        return self._as_reply(found, f"`{self._reply}`")

    def streamed(self, events: Sequence[Event]) -> AgentReturnTypes:
        """The reply in the events of a stream: the texts at the path, joined.

        Raises:
            EndpointError: They hold none, or one of them is an error.
        """
        for event in events:
            self._check(event)
        decoded = [decode(event.data) for event in events]
        if callable(self._reply):
            return self._called(self._reply, decoded)
        path = self._reply
        found = [_text_at(each, event, path) for each, event in zip(decoded, events, strict=True)]
        texts = [text for text in found if text is not None]
        if not texts:
            kinds = " and ".join(dict.fromkeys(describe(each) for each in decoded)) or "nothing at all"
            where = "no text" if path is None else f"no text at `{path}`"
            raise self._error(f"streamed {len(events)} events with {where}; they hold {kinds}", "")
        return "".join(texts)

    def _check(self, event: Event) -> None:
        data = decode(event.data)
        broken = isinstance(data, dict) and bool(cast("dict[str, Any]", data).get("error"))
        if event.name == "error" or broken:
            raise self._error("streamed an error", event.data)
        if isinstance(data, str) and event.data.lstrip().startswith("{") and self._reply is not None:
            raise self._error(
                "streamed an event that is broken JSON, so that a part of its reply is lost", event.data
            )

    def _called(self, read: ReadFunction, body: Any) -> AgentReturnTypes:
        try:
            return read(body)
        except Exception as error:  # it is the user's own function, whatever it raises
            text = (
                f"answered something that the `reply` function cannot read ({type(error).__name__}: {error})"
            )
            raise self._error(text, body) from error

    def _as_reply(self, found: Any, where: str) -> AgentReturnTypes:
        if isinstance(found, str) and found:
            return found
        if (
            isinstance(found, dict)
            and {"role", "content", "tool_calls"} & cast("dict[str, Any]", found).keys()
        ):
            return cast("AgentReturnTypes", {"role": "assistant", **cast("dict[str, Any]", found)})
        if (
            isinstance(found, list)
            and found
            and all(isinstance(item, dict) for item in cast("list[Any]", found))
        ):
            items = cast("list[dict[str, Any]]", found)
            if all("role" in item for item in items):
                return cast("AgentReturnTypes", items)
            if all("type" in item for item in items):
                return cast("AgentReturnTypes", {"role": "assistant", "content": items})
        what = "empty" if found == "" else describe(found)
        raise self._error(
            f"answered no reply: {where} is {what}, not text or messages. Say where the reply is with `reply=`",
            found,
        )

    def _error(self, text: str, body: Any) -> EndpointError:
        shown = as_text(body)
        rest = f". It said: {shorten(hidden(shown, self._secrets), _SHOWN)}" if shown else ""
        return EndpointError(
            f"{self._agent} at {self._endpoint} {hidden(text, self._secrets)}{rest}", endpoint=self._endpoint
        )


def decode(text: str) -> Any:
    """JSON decoded; any other text, numbers and truth values among it, as it is."""
    try:
        decoded = json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return text
    return text if isinstance(decoded, int | float) else decoded


def found_in(bodies: Sequence[Any], path: str) -> Any:
    """The last value at a path that is not null; None if there is none."""
    for body in reversed(bodies):
        try:
            value = look_up(body, path)
        except NotThereError:
            continue
        if value is not None:
            return value
    return None


def read_usage(found: Any) -> Usage | None:
    """The usage of one call, as OpenAI's chat completions or Responses, or Anthropic's Messages write it."""
    if not isinstance(found, Mapping):
        return None
    used = cast("Mapping[str, Any]", found)
    return usage_of_call(used, None) if any(is_number(used.get(name)) for name in _COUNTS) else None


def _text_at(data: Any, event: Event, path: str | None) -> str | None:
    if path is None:
        said = event.data if data is None else data  # in a stream of plain text, "null" is a word
        return said if isinstance(said, str) else None
    try:
        value = look_up(data, path)
    except NotThereError:
        return None
    return value if isinstance(value, str) else None
