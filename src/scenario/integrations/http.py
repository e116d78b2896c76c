"""An agent behind HTTP: a request written as data, and where the reply is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, cast
from urllib.parse import parse_qsl, urlsplit

from scenario import _meter
from scenario._models.io_loop import io_loop
from scenario._models.retry import RetryPolicy
from scenario._redaction import bare_address
from scenario._tape import current_tape
from scenario._text import content_text
from scenario.agent_adapter import AgentAdapter
from scenario.integrations._http.exchange import Answered, Asked, exchange
from scenario.integrations._http.reading import Reader, ReadFunction, decode, found_in, read_usage
from scenario.integrations._http.sessions import Session, Sessions
from scenario.integrations._http.streams import StreamKind
from scenario.integrations._http.taped import on_tape, told
from scenario.integrations._http.templates import (
    ABSENT,
    check_template,
    fill,
    fill_address,
    placeholders_in,
    plain_message,
)
from scenario.types import AgentInput, AgentReturnTypes
from scenario.usage import ModelCall

__all__ = ["HttpAgent", "Session"]

Headers: TypeAlias = Mapping[str, str]
_SHORTEST_SECRET = 6


class HttpAgent(AgentAdapter):
    """An agent behind HTTP.

    The request is plain data in which these placeholders stand: ``{message}`` (the text of the newest user
    message), ``{messages}`` (the whole conversation as chat messages), ``{new_messages}`` (those since the agent's
    last reply), ``{thread_id}`` (the conversation's id) and ``{session}`` (see `Session`; what would hold it is
    left out as long as there is none). A text that is nothing but a placeholder becomes the value itself.

    Args:
        url: The address; it may hold placeholders.
        request: The body, sent as JSON (a text as it is; None sends nothing), or a function of the input that
            makes it. With ``GET``, the parameters of the address.
        reply: Where the reply is in the answer: keys and positions joined by dots, such as
            ``choices.0.message.content``, or a function of the decoded answer that returns text or messages. None:
            the answer is the reply. With `stream`, the place of the text in each event; a function gets the list
            of all events.
        method: The HTTP method.
        headers: More headers, which may hold placeholders, or a function of the input that makes them.
        session: Where the server names its session, if it keeps one.
        stream: ``sse`` for server-sent events, ``lines`` for lines of JSON; None for an answer that comes whole.
        usage: Where the answer tells the tokens that the agent used, if it does, such as ``usage``.
        timeout: The most seconds for one try, from connecting to the end of the answer.
        retries: How often to try again when there is no connection, when it closes without an answer, and at the
            status 429, 502, 503 or 504. A time limit and a broken answer are not tried again.
        retry_wait: Seconds before the first such try; each further wait is twice as long. ``Retry-After`` counts.
        max_reply_bytes: The most bytes of an answer.
        name: The name in reports.

    Raises:
        ValueError: The address, a placeholder or the session cannot be used.

    Example:
        >>> agent = HttpAgent("https://agent.example/chat", request={"text": "{message}"}, reply="reply.text")
    """

    def __init__(
        self,
        url: str,
        *,
        request: Any | Callable[[AgentInput], Any] = {"messages": "{messages}"},  # noqa: B006 - never changed
        reply: str | ReadFunction | None = None,
        method: str = "POST",
        headers: Headers | Callable[[AgentInput], Headers] | None = None,
        session: Session | None = None,
        stream: Literal["sse", "lines"] | None = None,
        usage: str | None = None,
        timeout: float = 60.0,
        retries: int = 2,
        retry_wait: float = 0.5,
        max_reply_bytes: int = 10_000_000,
        name: str | None = None,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"The address of HttpAgent begins with http:// or https://, not {url!r}")
        if timeout <= 0 or retries < 0 or retry_wait < 0:
            raise ValueError(
                "HttpAgent needs a `timeout` above 0, and `retries` and `retry_wait` not below it"
            )
        if stream not in {None, "sse", "lines"}:
            raise ValueError(f"HttpAgent(stream={stream!r}): `stream` is 'sse', 'lines' or None")
        for template, where in ((url, "url"), (request, "request"), (headers, "headers")):
            check_template(template, where)
        self.name = name
        self._url = url
        self._request = request
        self._headers = headers
        self._method = method.upper()
        self._stream = None if stream is None else StreamKind(stream)
        self._session = session
        self._usage = usage
        self._timeout = timeout
        self._policy = RetryPolicy(retries, retries, first=retry_wait)
        self._max_reply_bytes = max_reply_bytes
        self._reply = reply
        self._sessions = Sessions()
        self._placeholders = placeholders_in([url, request, headers])
        makes_own = callable(request) or callable(headers)
        is_sent_back = makes_own or "session" in self._placeholders
        if session is not None and session.path is not None and not is_sent_back:
            raise ValueError(
                f"HttpAgent takes its session from `{session.path}` but never sends it back. "
                "Write {session} into `url`, `request` or `headers`."
            )

    def __repr__(self) -> str:
        return f"HttpAgent({bare_address(self._url)!r})"

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """Send the conversation, or what is new in it, and return the reply.

        Raises:
            EndpointError: The endpoint could not be reached, or answered nothing usable.
            ReplayMissError: The run is replayed, and this call was not recorded.
            ValueError: The request has ``{message}`` and there is no user message.
        """
        asked = self._asked(input)
        tape = current_tape.get()
        answered = await (
            io_loop().run(exchange(asked))
            if tape is None
            else on_tape(tape, asked, self._told(input, asked), self._session)
        )
        bodies = (
            [decode(event.data) for event in answered.events] if self._stream else [decode(answered.body)]
        )
        self._note_session(input, answered, bodies)
        self._note_usage(answered, bodies)
        reader = Reader(asked.agent, asked.endpoint, self._reply, asked.secrets)
        return reader.streamed(answered.events) if self._stream else reader.whole(bodies[0])

    def _asked(self, given: AgentInput) -> Asked:
        values = self._values(given)
        url = fill_address(self._url, values)
        body = self._request(given) if callable(self._request) else fill(self._request, values)
        headers = self._all_headers(given, values)
        in_address = self._method in {"GET", "HEAD"}
        content = None if in_address or body is None or body is ABSENT else _encoded(body)
        if content is not None:
            kind = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
            headers.setdefault("content-type", kind)
        return Asked(
            agent=self.name or type(self).__name__,
            method=self._method,
            url=url,
            headers=headers,
            params=_parameters(body) if in_address else None,
            content=content,
            stream=self._stream,
            timeout=self._timeout,
            policy=self._policy,
            most_bytes=self._max_reply_bytes,
            secrets=_secrets(url, headers),
        )

    def _told(self, given: AgentInput, asked: Asked) -> dict[str, Any]:
        """What is asked, for a recording: the same in each run."""
        values = self._values(given)
        values["thread_id"] = "<thread>"
        if values["session"] is not ABSENT:
            values["session"] = "<session>"
        if callable(self._request):  # it was called for the request, and may count how often
            body = asked.params if asked.content is None else decode(asked.content.decode())
        else:
            body = fill(self._request, values)
        return told(
            self._method, self._url, fill_address(self._url, values), None if body is ABSENT else body
        )

    def _values(self, given: AgentInput) -> dict[str, Any]:
        session = self._sessions.of(given.thread_id)
        messages = cast("list[dict[str, Any]]", given.provider_messages())
        return {
            "message": self._newest(messages),
            "messages": messages,
            "new_messages": [plain_message(message) for message in given.new_messages],
            "thread_id": given.thread_id,
            "session": ABSENT if session is None else session,
        }

    def _newest(self, messages: list[dict[str, Any]]) -> str:
        if "message" not in self._placeholders:
            return ""
        for message in reversed(messages):
            if message["role"] == "user":
                return content_text(message.get("content"))
        raise ValueError(
            "There is no user message to put in the place of `{message}`. Let the user speak first, or send "
            "`{messages}`."
        )

    def _all_headers(self, given: AgentInput, values: Mapping[str, Any]) -> dict[str, str]:
        """The headers, their names in small letters: those given win over the session's and the trace's."""
        session = values["session"]
        of_session = {} if self._session is None or session is ABSENT else self._session.headers(session)
        own = self._headers(given) if callable(self._headers) else fill(self._headers or {}, values)
        accepts = {"accept": "text/event-stream"} if self._stream is StreamKind.SSE else {}
        all_of_them = [accepts, given.propagation_headers, of_session, own]
        return {name.lower(): str(value) for headers in all_of_them for name, value in headers.items()}

    def _note_session(self, given: AgentInput, answered: Answered, bodies: list[Any]) -> None:
        if self._session is None:
            return
        found = self._session.found(lambda path: found_in(bodies, path), answered.headers, answered.cookies)
        if found is not None:
            self._sessions.keep(given.thread_id, found, given.scenario_state)

    def _note_usage(self, answered: Answered, bodies: list[Any]) -> None:
        used = None if self._usage is None else read_usage(found_in(bodies, self._usage))
        if used is not None:
            model = found_in(bodies, "model")
            name = model if isinstance(model, str) else self.name or type(self).__name__
            _meter.report(ModelCall(name, "", used, answered.seconds, answered.attempts))


def _encoded(body: Any) -> bytes:
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()


def _parameters(body: Any) -> dict[str, str] | None:
    """A body as parameters of an address; what is not text stands there as JSON."""
    if not isinstance(body, Mapping):
        return None
    given = cast("Mapping[str, Any]", body)
    return {name: _encoded(value).decode() for name, value in given.items()}


def _secrets(url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """What no error may show: credentials in the address, and what stands in headers."""
    parts = urlsplit(url)
    of_address = [parts.username, parts.password, *(value for _, value in parse_qsl(parts.query))]
    shown = ("content-type", "accept", "traceparent")
    of_headers = [
        word for name, value in headers.items() if name not in shown for word in (value, *value.split())
    ]
    found = {text for text in (*of_address, *of_headers) if text and len(text) >= _SHORTEST_SECRET}
    return tuple(sorted(found, key=len, reverse=True))
